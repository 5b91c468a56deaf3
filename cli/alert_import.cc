#include "cli/alert_import.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cli/draft.h"
#include "cli/list_alert.h"
#include "cli/render.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

constexpr size_t kSaidEach = 100;
constexpr size_t kProblemsSaid = 10;

// What was published and still stands: by the list's reference, and whole.
struct Published {
  std::string own_reference;
  std::string record_id;  // with its origin before it: ids are known to every recipient
  uint64_t created_ms = 0;
  bool ages = false;    // half of its time is over: it is renewed
  bool in_log = false;  // and has taken the place of what was before it
};
// Several of one reference while one takes the place of another, or when an import was cut short.
using PublishedMap = std::multimap<std::string, Published>;

bool Ages(const v1::RecordSummary& record, uint64_t now) {
  const uint64_t confirm_by = record.confirm_by_ms();
  const uint64_t until =
      confirm_by == 0 ? record.expires_ms() : std::min(confirm_by, record.expires_ms());
  return until <= record.created_ms() ||
         now > record.created_ms() + (until - record.created_ms()) / 2;
}

// Somebody has it, or may yet get it.
bool Stands(const v1::RecordSummary& record) {
  return std::ranges::any_of(record.recipients(), [](const v1::RecipientStatus& recipient) {
    switch (recipient.state()) {
      case v1::RECIPIENT_STATE_NOT_SENT:
      case v1::RECIPIENT_STATE_REFUSED:
      case v1::RECIPIENT_STATE_UNDELIVERED:
      case v1::RECIPIENT_STATE_EXPIRED:
      case v1::RECIPIENT_STATE_RECALLED:
      case v1::RECIPIENT_STATE_ERASED:
        return false;
      default:
        return true;
    }
  });
}

PublishedMap PublishedOf(const v1::ListResponse& all) {
  const auto now = static_cast<uint64_t>(SystemClock().Now().ms);
  PublishedMap published;
  for (const v1::RecordSummary& record : all.records()) {
    const std::string& reference = record.own_reference();
    const size_t hash = reference.find(" #");
    if (!reference.starts_with(kListMark) || hash == std::string::npos || !Stands(record)) continue;
    published.emplace(reference.substr(kListMark.size(), hash - kListMark.size()),
                      Published{reference, record.origin() + "/" + record.record_id(),
                                record.created_ms(), Ages(record, now), record.has_log_index()});
  }
  return published;
}

bool GoesToNobody(const google::protobuf::RepeatedPtrField<v1::RecipientPreview>& recipients) {
  return std::ranges::all_of(recipients, [](const v1::RecipientPreview& recipient) {
    return recipient.verdict() == v1::VERDICT_REFUSE;
  });
}

// An entry that is to be published: anew, or in place of another.
struct Planned {
  std::string reference;
  v1::Draft draft;
};

class Import {
 public:
  Import(Context& context, const ImportOptions& options, ImportDesk& desk)
      : context_(context), options_(options), desk_(desk) {}

  void Run(const UnList& list, const v1::Draft& like) {
    const auto all = desk_.Alerts();
    if (!all.ok()) return context_.FailAtDesk(all.status());
    published_ = PublishedOf(*all);
    standing_ = published_.size();
    entries_ = list.persons.size() + list.entities.size();
    for (const UnPerson& person : list.persons) {
      if (!Look(person.reference, AlertOf(person, like))) return;
    }
    for (const UnEntity& entity : list.entities) {
      if (!Look(entity.reference, AlertOf(entity, like))) return;
    }
    if (!AllMayGo()) return;
    if (options_.dry_run || (Publish() && TakeBack())) Report();
  }

 private:
  // What becomes of one entry. Afterwards `published_` lacks it. False when the desk cannot say.
  bool Look(const std::string& reference, v1::Draft draft) {
    Progress("import.checked", ++looked_, entries_);
    const auto [first, last] = published_.equal_range(reference);
    std::vector<Published> before;
    for (auto one = first; one != last; ++one) before.push_back(one->second);
    published_.erase(first, last);
    std::ranges::sort(before, {}, &Published::created_ms);
    if (IsSame(draft, before)) return true;
    if (!before.empty()) draft.set_replaces(before.back().record_id);
    const auto preview = desk_.Preview(draft);
    if (!preview.ok() && !RefusalOf(preview.status())) {
      context_.FailAtDesk(preview.status());
      return false;
    }
    if (!preview.ok()) {
      refused_.emplace_back(reference, preview.status());
    } else if (before.empty() && preview->has_recalled() && !options_.recalled_too) {
      LeaveOut(reference, preview->recalled());
    } else {
      Plan(reference, std::move(draft), *preview);
    }
    return true;
  }

  bool IsSame(const v1::Draft& draft, std::vector<Published>& before) {
    const auto same = std::ranges::find_if(before, [&](const Published& one) {
      return one.own_reference == draft.own_reference() && !one.ages;
    });
    if (same == before.end()) return false;
    ++same_;
    const bool in_log = same->in_log;
    before.erase(same);
    if (in_log) twins_.insert(twins_.end(), before.begin(), before.end());
    return true;
  }

  void LeaveOut(const std::string& reference, const v1::RecalledEntry& recalled) {
    left_out_.push_back({{"reference", reference},
                         {"record_id", recalled.record_id()},
                         {"recalled_ms", recalled.recalled_ms()}});
    if (context_.settings.json) return;
    std::cerr << context_.Say("import.left-out", {reference, recalled.record_id(),
                                                  InstantText(recalled.recalled_ms())})
              << "\n";
  }

  void Plan(const std::string& reference, v1::Draft draft, const v1::PreviewResponse& preview) {
    for (const v1::RecipientPreview& one : preview.recipients()) {
      (one.verdict() == v1::VERDICT_REFUSE ? getting_nothing_ : getting_some_)
          .insert(one.recipient());
    }
    if (GoesToNobody(preview.recipients())) nobody_.emplace_back(reference, preview);
    planned_.push_back({reference, std::move(draft)});
  }

  // Else says why, and nothing is done.
  bool AllMayGo() {
    if (!refused_.empty()) return FailRefused(), false;
    if (!nobody_.empty()) return FailNobody(), false;
    std::set<std::string> none;
    std::ranges::set_difference(getting_nothing_, getting_some_, std::inserter(none, none.end()));
    // What is unchanged went to the same recipients before.
    if (!none.empty() && same_ == 0) return FailNone(*none.begin()), false;
    if (options_.recall_missing && !options_.recall_most && published_.size() > standing_ / 2) {
      FailWith("import.recalls-most", "import.recalls-most-advice",
               {std::to_string(published_.size()), std::to_string(standing_)});
      return false;
    }
    return true;
  }

  // `detail`: lines, printed first.
  void FailWith(std::string_view error, std::string_view advice,
                std::initializer_list<std::string_view> arguments, const std::string& detail = "") {
    const bool json = context_.settings.json;
    if (!json) std::cerr << detail;
    context_.Fail(Failure{kAnswerIsNo, "import-refused", context_.Say(error, arguments),
                          json ? detail : "", context_.Say(advice), "", std::nullopt});
  }

  // One refusal of all is told as the desk told it: it is not about an entry.
  void FailRefused() {
    const auto same = [&](const auto& one) {
      return RefusalOf(one.second)->text == RefusalOf(refused_.front().second)->text;
    };
    if (refused_.size() > 1 && refused_.size() == looked_ - same_ &&
        std::ranges::all_of(refused_, same)) {
      return context_.FailAtDesk(refused_.front().second);
    }
    std::string lines;
    for (size_t i = 0; i < std::min(refused_.size(), kProblemsSaid); ++i) {
      const auto refusal = RefusalOf(refused_[i].second);
      lines +=
          context_.Say("import.entry", {refused_[i].first, ReasonText(*refusal), refusal->text}) +
          "\n";
    }
    FailWith("import.refused", "import.refused-advice",
             {std::to_string(refused_.size()), std::to_string(entries_), refused_.front().first},
             lines);
  }

  void FailNobody() {
    const auto& [reference, preview] = nobody_.front();
    FailWith("import.nobody", "import.nobody-advice",
             {std::to_string(nobody_.size()), std::to_string(entries_), reference},
             context_.Say("import.to-nobody", {reference}) + "\n" +
                 RenderPreview(context_.language(), preview));
  }

  void FailNone(const std::string& recipient) {
    FailWith("import.none-for", "import.nobody-advice", {recipient, std::to_string(entries_)});
  }

  bool Publish() {
    for (const Planned& one : planned_) {
      Progress("import.progress", ++tried_, planned_.size());
      const auto sent = desk_.Send(one.draft);
      if (!sent.ok()) context_.FailAtDesk(sent.status());
      if (!sent.ok()) return BrokenOff(one.reference);
      ++(one.draft.replaces().empty() ? new_ : replaced_);
      if (GoesToNobody(sent->recipients())) {
        context_.exit_code = kAnswerIsNo;
        std::cerr << RenderPreviews(context_.language(), sent->recipients());
        return BrokenOff(one.reference);
      }
    }
    return true;
  }

  bool TakeBack() {
    const auto take_back = [&](const Published& one, v1::RecallGround ground) {
      v1::RecallRequest request;
      request.set_record_id(one.record_id);
      request.set_ground(ground);
      request.set_by_list(true);
      request.set_justification(options_.justification);
      const absl::Status status = desk_.Recall(request);
      if (!status.ok()) context_.FailAtDesk(status);
      return status.ok() || BrokenOff(one.own_reference);
    };
    for (const Published& twin : twins_) {
      if (!take_back(twin, v1::RECALL_GROUND_REPLACED)) return false;
    }
    if (!options_.recall_missing) return true;
    for (const auto& [reference, gone] : published_) {
      if (!take_back(gone, v1::RECALL_GROUND_WITHDRAWN)) return false;
      ++recalled_;
    }
    return true;
  }

  bool BrokenOff(const std::string& reference) {
    std::cerr << context_.Say("import.broke-off",
                              {reference, std::to_string(new_), std::to_string(replaced_),
                               std::to_string(planned_.size()), std::to_string(recalled_)})
              << "\n";
    return false;
  }

  void Report() {
    if (options_.dry_run) {
      for (const Planned& one : planned_) ++(one.draft.replaces().empty() ? new_ : replaced_);
      recalled_ = options_.recall_missing ? published_.size() : 0;
    }
    const std::string sentence =
        context_.Say(options_.dry_run ? "import.would" : "import.done",
                     {std::to_string(new_), std::to_string(replaced_), std::to_string(same_),
                      std::to_string(published_.size()), std::to_string(recalled_),
                      std::to_string(left_out_.size())});
    context_.Done(sentence, {{"published", new_},
                             {"replaced", replaced_},
                             {"unchanged", same_},
                             {"left_out", left_out_},
                             {"missing", published_.size()},
                             {"recalled", recalled_}});
  }

  void Progress(std::string_view sentence, size_t done, size_t of) const {
    if (done % kSaidEach != 0) return;
    std::cerr << context_.Say(sentence, {std::to_string(done), std::to_string(of)}) << "\n";
  }

  Context& context_;
  const ImportOptions& options_;
  ImportDesk& desk_;
  PublishedMap published_;  // at the end: what the list does not name any more
  std::vector<Published> twins_;
  std::vector<Planned> planned_;
  std::vector<std::pair<std::string, absl::Status>> refused_;
  std::vector<std::pair<std::string, v1::PreviewResponse>> nobody_;
  std::set<std::string> getting_nothing_;  // at least one entry, or another
  std::set<std::string> getting_some_;
  Json left_out_ = Json::array();
  size_t standing_ = 0;
  size_t entries_ = 0;
  size_t looked_ = 0;
  size_t tried_ = 0;
  size_t new_ = 0;
  size_t replaced_ = 0;
  size_t same_ = 0;
  size_t recalled_ = 0;
};

class ContextDesk final : public ImportDesk {
 public:
  explicit ContextDesk(Context& context) : context_(context) {}

  absl::StatusOr<v1::ListResponse> Alerts() override {
    v1::ListRequest request;
    request.set_kind(v1::RECORD_KIND_ALERT);
    v1::ListResponse all;
    do {
      auto page = context_.Ask(&v1::Desk::Stub::ListRecords, request);
      if (!page.ok()) return page;
      request.set_page(page->next_page());
      all.MergeFrom(*page);
    } while (!request.page().empty());
    return all;
  }
  absl::StatusOr<v1::PreviewResponse> Preview(const v1::Draft& draft) override {
    return context_.Ask(&v1::Desk::Stub::Preview, draft);
  }
  absl::StatusOr<v1::SendResponse> Send(const v1::Draft& draft) override {
    return context_.Ask(&v1::Desk::Stub::Send, draft);
  }
  absl::Status Recall(const v1::RecallRequest& request) override {
    return context_.Ask(&v1::Desk::Stub::Recall, request).status();
  }

 private:
  Context& context_;
};

}  // namespace

void ImportList(Context& context, const ImportOptions& options, const UnList& list,
                const v1::Draft& like, ImportDesk& desk) {
  // A file that was cut off, or is another list, must not take everything back.
  if (list.persons.empty() && list.entities.empty()) {
    return context.Fail(absl::InvalidArgumentError(context.Say("import.empty", {options.list})));
  }
  Import(context, options, desk).Run(list, like);
}

void ImportAlerts(Context& context, const ImportOptions& options) {
  const auto list = ReadUnList(options.list);
  if (!list.ok()) return context.Fail(list.status());
  auto like = ReadDraft(options.draft, v1::RECORD_KIND_ALERT, SystemClock().Now());
  if (!like.ok()) return context.Fail(like.status());
  if (like->sections_size() != 1) {
    return context.Fail(
        absl::InvalidArgumentError(context.Say("import.sections", {options.draft})));
  }
  for (const std::string& recipient : options.recipients) like->add_recipients(recipient);
  like->set_justification(options.justification);
  ContextDesk desk(context);
  ImportList(context, options, *list, *like, desk);
}

}  // namespace entente::cli

// entente decisions: what the log says was decided about what this agency sent, and by which texts.
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/decision_export.h"
#include "cli/decision_texts.h"
#include "cli/files.h"
#include "core/base/encoding.h"
#include "core/ledger/parts.h"

namespace entente::cli {
namespace {

struct Wanted {
  std::string out, from, until;
  v1::DecisionsRequest request;
};

Instant At(uint64_t ms) { return {static_cast<int64_t>(ms)}; }

policy::RecordLabels LabelsOf(const v1::DecidedLabels& from) {
  policy::RecordLabels out{
      .origin = from.origin(),
      .kind = from.kind(),
      .purpose = from.purpose(),
      .handling = {from.handling().begin(), from.handling().end()},
      .evaluation = from.evaluation(),
      .urgency = from.urgency(),
      .created = At(from.created_ms()),
      .expires = At(from.expires_ms()),
      .obtained_from = {from.obtained_from().begin(), from.obtained_from().end()},
      .sent_under = from.sent_under(),
      .sections = {}};
  for (const v1::SectionLabels& section : from.sections()) {
    out.sections.push_back({.about = {section.about().begin(), section.about().end()},
                            .data = {section.data().begin(), section.data().end()},
                            .basis = section.basis(),
                            .essential = section.essential()});
  }
  return out;
}

std::vector<policy::ConsentLabels> ConsentsOf(const v1::DecidedRecipient& from) {
  std::vector<policy::ConsentLabels> out;
  for (const v1::DecidedConsent& consent : from.consents()) {
    out.push_back({.source = consent.source(),
                   .under = consent.instrument(),
                   .about = {consent.about().begin(), consent.about().end()},
                   .data = {consent.data().begin(), consent.data().end()},
                   .from = At(consent.from_ms()),
                   .until = At(consent.until_ms())});
  }
  return out;
}

std::optional<policy::OverrideLabels> OverrideOf(const v1::DecidedRecipient& from) {
  if (!from.has_override()) return std::nullopt;
  const v1::DecidedOverride& one = from.override();
  return policy::OverrideLabels{.rules = {one.rules().begin(), one.rules().end()},
                                .about = {one.about().begin(), one.about().end()},
                                .data = {one.data().begin(), one.data().end()},
                                .from = At(one.from_ms()),
                                .until = At(one.until_ms())};
}

// Where the labels are gone, so are the sections' ids: they count, and have no number.
absl::StatusOr<policy::VisibleDecision> LoggedOf(const v1::DecidedRecord& record,
                                                 const v1::RecipientDecision& decision) {
  std::vector<SectionId> sections;
  for (const std::string& id : record.labels().section_ids()) {
    if (const auto fixed = FixedBytes<16>(id)) sections.push_back(*fixed);
  }
  if (record.has_labels()) return ledger::ReadDecision(decision, sections);
  v1::RecipientDecision whole = decision;
  whole.clear_withheld();
  auto logged = ledger::ReadDecision(whole, {});
  if (!logged.ok()) return logged;
  for (const v1::WithheldSection& one : decision.withheld()) {
    logged->withheld.push_back({.section = kSectionNotKnown,
                                .rules = {one.rules().begin(), one.rules().end()},
                                .reasons = {one.reasons().begin(), one.reasons().end()}});
  }
  return logged;
}

class Exporter {
 public:
  Exporter(Context& context, const Wanted& wanted, ExportWriter writer)
      : context_(context), wanted_(wanted), writer_(std::move(writer)) {}

  // False when it has failed, and said so.
  bool Run() {
    v1::DecisionsRequest request = wanted_.request;
    do {
      const auto page = context_.Call(&v1::Desk::Stub::Decisions, request);
      if (!page) return false;
      for (const v1::DecidedRecord& record : page->records()) {
        if (const absl::Status status = Add(record); !status.ok()) return Failed(status);
      }
      request.set_page(page->next_page());
      if (!request.page().empty()) Tell();
    } while (context_.exit_code == kDone && !request.page().empty());
    return context_.exit_code == kDone && Finish();
  }

 private:
  bool Failed(const absl::Status& status) {
    // A call that failed was told where it was made.
    if (context_.exit_code == kDone) context_.Fail(status);
    return false;
  }

  void Tell() const {
    if (context_.settings.json) return;
    std::cerr << context_.Say("decisions.so-far", {std::to_string(writer_.decisions())}) << '\n';
  }

  absl::Status Add(const v1::DecidedRecord& record) {
    DecisionLine line;
    line.log_index = record.log_index();
    line.record_id = record.record_id();
    line.reference = record.reference();
    line.missing = record.missing();
    if (record.recipients().empty()) return writer_.Add(line);
    const auto hash = FixedBytes<32>(record.snapshot_hash());
    line.snapshot_hash = hash.value_or(Digest());
    line.snapshot_number = record.snapshot_number();
    line.instant = At(record.instant_ms());
    const auto texts = FolderOf(record);
    if (!texts.ok()) return texts.status();
    line.texts = *texts;
    for (const v1::DecidedRecipient& recipient : record.recipients()) {
      if (absl::Status status = AddFor(record, recipient, line); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status AddFor(const v1::DecidedRecord& record, const v1::DecidedRecipient& recipient,
                      DecisionLine& line) {
    line.recipient = recipient.decision().recipient();
    auto logged = LoggedOf(record, recipient.decision());
    if (!logged.ok()) return logged.status();
    line.logged = *std::move(logged);
    line.before.reset();
    if (recipient.has_before()) {
      auto before = LoggedOf(record, recipient.before());
      if (!before.ok()) return before.status();
      line.before = *std::move(before);
    }
    if (record.has_labels()) {
      line.labels = policy::LabelsFile{LabelsOf(record.labels()),
                                       {.recipient = line.recipient,
                                        .under = recipient.instrument(),
                                        .consents = ConsentsOf(recipient),
                                        .emergency = OverrideOf(recipient)}};
    }
    return writer_.Add(line);
  }

  // Each set of texts once, as it is first met.
  absl::StatusOr<std::string> FolderOf(const v1::DecidedRecord& record) {
    const auto found = folders_.find(record.texts());
    if (found != folders_.end()) return found->second;
    const std::string name = "policies-" + std::to_string(folders_.size() + 1);
    const std::string path = wanted_.out + "/" + name;
    if (absl::Status status = MakePrivateFolder(path); !status.ok()) return status;
    if (absl::Status status = FetchTexts(record, path); !status.ok()) return status;
    return folders_.emplace(record.texts(), name).first->second;
  }

  absl::Status FetchTexts(const v1::DecidedRecord& record, const std::string& path) {
    v1::DecisionTextsRequest request;
    request.set_snapshot_number(record.snapshot_number());
    request.set_instant_ms(record.instant_ms());
    std::vector<TextInForce> list;
    do {
      const auto page = context_.Call(&v1::Desk::Stub::DecisionTexts, request);
      if (!page) return absl::CancelledError();
      for (const v1::DecisionText& text : page->texts()) {
        if (absl::Status status = Write(path, text, list); !status.ok()) return status;
      }
      request.set_page(page->next_page());
    } while (!request.page().empty());
    return WriteTextsInForce(path, list);
  }

  static absl::Status Write(const std::string& path, const v1::DecisionText& from,
                            std::vector<TextInForce>& list) {
    const TextInForce text{.kind = from.kind(),
                           .name = from.name(),
                           .version = from.version(),
                           .digest = FixedBytes<32>(from.digest()).value_or(Digest()),
                           .in_force = At(from.in_force_ms()),
                           .held = from.held()};
    const std::string name = FileNameOf(text);
    if (name.empty()) return absl::InternalError("the node named a text of no known kind");
    list.push_back(text);
    return text.held ? WriteText(path + "/" + name, from.text()) : absl::OkStatus();
  }

  bool Finish() {
    const auto status = context_.Call(&v1::Desk::Stub::Status, v1::StatusRequest());
    if (!status) return false;
    const uint64_t decisions = writer_.decisions(), without = writer_.without_labels();
    const absl::Status finished = writer_.Finish({.federation = status->federation(),
                                                  .agency = status->agency(),
                                                  .from = wanted_.from,
                                                  .until = wanted_.until});
    if (!finished.ok()) return Failed(finished);
    context_.Done(
        context_.Say("decisions.done", {std::to_string(decisions), wanted_.out,
                                        std::to_string(without), std::to_string(folders_.size())}),
        {{"out", wanted_.out},
         {"decisions", decisions},
         {"without_labels", without},
         {"texts", folders_.size()}});
    return true;
  }

  Context& context_;
  const Wanted& wanted_;
  ExportWriter writer_;
  std::map<std::string, std::string> folders_;  // by the name of the texts
};

void Export(Context& context, const Wanted& wanted) {
  if (const absl::Status made = MakePrivateFolder(wanted.out); !made.ok()) {
    return context.Fail(made);
  }
  auto writer = ExportWriter::Create(DecisionsFile(wanted.out));
  if (!writer.ok()) return context.Fail(writer.status());
  const bool whole = Exporter(context, wanted, *std::move(writer)).Run();
  if (!whole) std::remove(DecisionsFile(wanted.out).c_str());
}

// An instant into milliseconds, its canonical text into `text`.
CLI::Option* AddInstant(CLI::App& command, const std::string& name, const std::string& help,
                        const std::function<void(Instant)>& take) {
  return command
      .add_option_function<std::string>(
          name,
          [name, take](const std::string& text) {
            const auto instant = ParseInstant(text);
            if (!instant.ok()) throw CLI::ValidationError(name, "write it as 2026-12-01T00:00:00Z");
            take(*instant);
          },
          help)
      ->type_name("INSTANT");
}

}  // namespace

void AddDecisionsCommand(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "decisions",
      "Write what the log says was decided about what this agency sent, with labels and without "
      "content, and the texts in force, for `entente-policy shadow` and `explain` "
      "(data-protection officers and auditors).");
  auto wanted = std::make_shared<Wanted>();
  command->add_option("--out", wanted->out, "folder to write, new or empty")
      ->required()
      ->type_name("DIR");
  AddInstant(*command, "--from", "only what was logged at or after it", [wanted](Instant at) {
    wanted->from = FormatInstant(at);
    wanted->request.set_from_ms(static_cast<uint64_t>(at.ms));
  });
  AddInstant(*command, "--until", "only what was logged before it", [wanted](Instant at) {
    wanted->until = FormatInstant(at);
    wanted->request.set_until_ms(static_cast<uint64_t>(at.ms));
  });
  command
      ->add_option_function<std::string>(
          "--justification",
          [wanted](const std::string& text) { wanted->request.set_justification(text); },
          "why you read the decisions: it is logged")
      ->required();
  command->callback([&context, wanted] { Export(context, *wanted); });
}

}  // namespace entente::cli

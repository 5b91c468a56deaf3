#include "node/subject_log.h"

#include <deque>
#include <map>

#include "node/desk.h"

namespace entente::node {
namespace {

class LogReader {
 public:
  LogReader(const SubjectFinder& finder, std::vector<v1::SubjectItem>& items) : finder_(finder) {
    for (v1::SubjectItem& item : items) of_record_[item.record_id()].push_back(&item);
  }

  void Read(uint64_t number, const state::DiaryLine& line) {
    if (line.operation() == operation::kSearch) ++searches_;
    const auto items = of_record_.find(HexOf(line.record_id()));
    if (items == of_record_.end()) {
      const bool named =
          finder_.IsNamedIn(line.justification()) || finder_.IsNamedIn(line.detail());
      if (!named) return;
      return Keep(ShownLine(number, line));
    }
    for (v1::SubjectItem* item : items->second) {
      if (line.operation() == operation::kAccessDecision) {
        *item->add_decided_before() = ShownLine(number, line);
      } else {
        *item->add_operations() = ShownLine(number, line);
        if (static_cast<size_t>(item->operations_size()) <= kOperationsShown) continue;
        item->mutable_operations()->DeleteSubrange(0, 1);
        item->set_operations_left_out(item->operations_left_out() + 1);
      }
    }
  }

  void Fill(v1::SubjectReportResponse& response) {
    for (v1::Consultation& line : lines_) *response.add_lines() = std::move(line);
    response.set_lines_left_out(left_out_);
    response.set_searches(searches_);
  }

 private:
  void Keep(v1::Consultation line) {
    lines_.push_back(std::move(line));
    if (lines_.size() <= kLinesShown) return;
    lines_.pop_front();
    ++left_out_;
  }

  const SubjectFinder& finder_;
  std::map<std::string, std::vector<v1::SubjectItem*>> of_record_;
  std::deque<v1::Consultation> lines_;
  uint64_t left_out_ = 0;
  uint64_t searches_ = 0;
};

}  // namespace

absl::Status ReadLogAbout(const Diary& diary, const SubjectFinder& finder,
                          std::vector<v1::SubjectItem>& items,
                          v1::SubjectReportResponse& response) {
  LogReader reader(finder, items);
  const absl::Status status =
      diary.ForEach(0, diary.size(), [&](uint64_t number, const state::DiaryLine& line) {
        reader.Read(number, line);
        return absl::OkStatus();
      });
  if (status.ok()) reader.Fill(response);
  return status;
}

}  // namespace entente::node

// What the log of consultations says of a person who asks: the operations on the records that name
// them, and lines that name them themselves. One pass over the log. Not thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "entente/v1/desk_subject.pb.h"
#include "node/diary.h"
#include "node/subject_find.h"

namespace entente::node {

// Of one record, and of the lines that name the person: the newest.
inline constexpr size_t kOperationsShown = 20;
inline constexpr size_t kLinesShown = 200;

// Fills operations and decided_before of the items; lines, lines_left_out and searches of the
// response. Two records of one id share their lines.
absl::Status ReadLogAbout(const Diary& diary, const SubjectFinder& finder,
                          std::vector<v1::SubjectItem>& items, v1::SubjectReportResponse& response);

}  // namespace entente::node

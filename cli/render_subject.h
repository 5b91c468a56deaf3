// What is held about a person who asks: for the data-protection officer, and the answer to the
// person. Pure. Whatever a record says is made printable.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// Everything, each record with its decision or that it has none.
std::string RenderSubjectReport(Language language, const v1::SubjectReportResponse& report);
// A letter; `supervisor`: name and address of the supervisory authority. Of two answers that tell
// the same, and withhold nothing that is said, every byte is the same.
std::string RenderSubjectAnswer(Language language, const v1::SubjectReportResponse& answer,
                                const std::string& supervisor);

}  // namespace entente::cli

// What an entry of a United Nations list (cli/un_list.h) looks like as an alert. Each alert bears
// the list's reference and a digest of what it says, by which a later import knows it. Pure.
#pragma once

#include <string_view>

#include "cli/un_list.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// Before the list's reference, in that of the alert: what an import may replace and recall.
inline constexpr std::string_view kListMark = "UN list ";

// `like`: labels, notice, desk and recipients. The own reference is "UN list REFERENCE #DIGEST",
// the entry "UN list REFERENCE".
v1::Draft AlertOf(const UnPerson& person, const v1::Draft& like);
v1::Draft AlertOf(const UnEntity& entity, const v1::Draft& like);

}  // namespace entente::cli

// What a recipient would learn of sections that it does not get, from those that it gets. Pure;
// thread-safe.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "entente/v1/desk.pb.h"

namespace entente::node::search {

// Names, numbers, addresses, days of birth and words of contact that stand in the `withheld`
// sections (numbers of the draft, from 0), wherever the others or the instruction say them: in
// every text there is. What another section states as a subject of its own is the sender's word,
// and no leak. In the order of the draft, each once for a section.
std::vector<v1::Leak> FindLeaks(const v1::Draft& draft, const std::set<uint32_t>& withheld);

}  // namespace entente::node::search

// Which lie the hostile broker tells, to whom, and that it did. Safe to call from any thread.
#pragma once

#include <string>
#include <string_view>

namespace entente::hostile {

// Empty when it is not set.
std::string FromEnvironment(const char* name);
bool Lies(std::string_view lie);
// Of an agency: FR.fiu.
bool Victim(std::string_view agency);
// Who is answered on this thread is the victim.
bool AskedByVictim();
// A line on stderr.
void Told();

}  // namespace entente::hostile

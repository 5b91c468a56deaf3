// What must be true of a simulated world once its faults are over, whatever happened before. Each
// broken promise goes into scene.wrong. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "tests/federation/world.h"

namespace entente::testing {

// After World::Settle: every lead has reached its final state, once, everywhere it may; the log,
// the receipts and the counts verify; nobody raises an alarm that an honest world has no cause for;
// nothing that was promised is lost; nothing stands readable on a disk.
void CheckConverged(World& world);
// After every lead has expired: nothing can be opened any more, anywhere.
void CheckErased(World& world);

// Of that: whoever is in a case knows it, and nobody shows what was posted where it was not.
void CheckCases(World& world);
// What is restricted is kept, stands in no inbox and is answered by nobody; its origin knows that
// everybody holds to it.
void CheckRestrictions(World& world);
// Whoever may have a file has it whole, and its origin is told; nothing of one can be read on a
// disk, and of what was recalled nothing is left.
void CheckFiles(World& world);
// The names in the vault of the keys of an agency's own files, of all or of what was recalled.
std::vector<std::string> FileSecretsOf(World& world, const std::string& agency, bool all);

}  // namespace entente::testing

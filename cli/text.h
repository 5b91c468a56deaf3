// What stands between a text from elsewhere and the terminal of a person: escapes, columns,
// sentences, and the words behind codes. Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/printable.h"
#include "core/base/sentences.h"

namespace entente::cli {

using entente::Printable;

// A text of several lines, each made printable and set in by two spaces, so that none of them can
// pass for a line that the program wrote itself.
std::string PrintableBlock(std::string_view text);

using Row = std::vector<std::string>;
// Columns padded to their widest cell, two spaces apart; widths count code points. Every cell is
// made printable.
std::string Table(const std::vector<Row>& rows);

// A sentence of the catalogue, every argument made printable.
std::string Say(Language language, std::string_view key,
                std::initializer_list<std::string_view> arguments = {});

// The word of the catalogue for a code of a closed list, such as ("role", "reader"); the code as it
// is when the catalogue has none.
std::string Word(Language language, std::string_view group, std::string_view code);
// A reason's code and what it means: "no-rule-allows (No rule allows it.)". Of a policy or of a
// refusal; anything else as it is.
std::string ReasonWords(Language language, std::string_view code);

// What an alarm means and what to do, before what its node says of the case.
std::string AlarmWords(Language language, std::string_view code, std::string_view text);

// Names of columns, from the catalogue.
Row Heads(Language language, std::initializer_list<std::string_view> names);
std::string YesNo(Language language, bool value);
std::string InstantText(uint64_t ms);

}  // namespace entente::cli

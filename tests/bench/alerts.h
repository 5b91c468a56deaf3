// What searching many alerts costs: persons and papers made up, the same each time. One JSON
// object.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>

namespace entente::bench {

struct AlertsOptions {
  size_t alerts = 1'000'000;
  size_t questions = 20'000;      // by number, half of them of nobody
  size_t name_questions = 1'000;  // with one letter wrong and the year of birth
};

// Times are of one question on one thread. `found`: the share of questions by name whose person is
// among the first three.
nlohmann::json RunAlerts(const AlertsOptions& options);

}  // namespace entente::bench

// For the tests of the tables: made at an instant, and a cell of them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/matrix.h"
#include "policy/snapshot.h"

namespace entente::policy {

inline const Vocabulary& Words() { return PublishedVocabulary(); }

inline const MatrixCell& CellAt(const PartnerMatrix& matrix, const std::string& person,
                                const std::string& data) {
  return matrix
      .cells[*Words().Find(Category::kPerson, person)][*Words().Find(Category::kData, data)];
}

// The table of a State, or of an agency that stands for itself; nullptr when there is none.
inline const PartnerMatrix* Of(const std::vector<PartnerMatrix>& all, const std::string& where) {
  for (const PartnerMatrix& matrix : all) {
    if (std::ranges::find(matrix.partners, where) != matrix.partners.end()) return &matrix;
  }
  return nullptr;
}

struct Made {
  SnapshotParts parts;
  Instant at;
  std::vector<PartnerMatrix> Matrices(const Policy& policy,
                                      const std::vector<std::string>& purposes,
                                      Direction direction = Direction::kOutbound) const {
    const RenderSetting setting{Words(), parts.groups, parts.instruments, parts.agencies, at};
    const auto made = MatricesOf(setting, policy, direction, purposes);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(std::vector<PartnerMatrix>{});
  }
};

}  // namespace entente::policy

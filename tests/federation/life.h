// A random life of a federation: officers work, and whatever can go wrong goes wrong, by the
// world's chance alone. Every fault ends by itself after a while. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "tests/federation/world.h"

namespace entente::testing {

class Life {
 public:
  explicit Life(World& world) : world_(world), scene_(world.scene) {}

  // So many things happen, one after the other.
  void Live(int happenings);

 private:
  const std::string& AnyAgency();
  // Without recipients.
  LeadWish AnyWish(v1::RecordKind kind);
  ModelCase* AnyCase();
  void Happen();

  // Work.
  void Send();
  void Answer();
  void Read();
  void RenewPolicy();
  void Recall();
  void Restrict();
  void Correct();
  void OpenCase();
  void ChangeCase();
  void ShareCase();
  void Post();

  // Faults.
  void CrashNode();
  void CrashBroker();
  void TearNode();
  void TearBroker();
  void FillDisk();
  void CutOff();
  void WorsenNetwork();
  void StepClock();
  void PassTime();

  World& world_;
  Scene& scene_;
};

}  // namespace entente::testing

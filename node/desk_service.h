// The Desk service: who calls, then the engine under its lock, then the answer. Over the Unix
// socket and TCP alike the caller is the officer in the client's certificate. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "core/net/trust.h"
#include "entente/v1/desk.grpc.pb.h"
#include "node/driver.h"

namespace entente::node {

// `driver` and `clock` outlive it. `receipts` is the folder, on this machine, that a shown record's
// receipt lies in.
std::unique_ptr<v1::Desk::Service> MakeDeskService(
    Driver& driver, std::shared_ptr<const net::TrustAnchors> officers, AgencyId agency,
    std::string receipts, Clock& clock);

}  // namespace entente::node

// The DeskFiles service: what an officer gives is sealed as it comes and never lies on this
// machine's disk in the clear; what an officer reads is opened chunk by chunk. Pictures are written
// anew before they are sealed (pictures.h) and so held in memory. Thread-safe.
#pragma once

#include <memory>

#include "core/net/trust.h"
#include "entente/v1/attachment.grpc.pb.h"
#include "node/driver.h"
#include "node/file_folder.h"

namespace entente::node {

// Driver, folder and clock outlive it. Callers as for MakeDeskService().
std::unique_ptr<v1::DeskFiles::Service> MakeDeskFilesService(
    Driver& driver, const FileFolder& folder, std::shared_ptr<const net::TrustAnchors> officers,
    AgencyId agency, Clock& clock);

}  // namespace entente::node

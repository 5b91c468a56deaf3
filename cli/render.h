// Desk messages as text for people. Pure; the language comes from the context.
#pragma once

#include <string>
#include <vector>

#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// Columns padded to their widest cell, two spaces apart; widths count code points.
std::string Table(const std::vector<std::vector<std::string>>& rows);

// Text from a record with control and bidirectional formatting characters made visible as U+XXXX,
// so that what stands in a record can never steer a terminal or reorder what is read.
std::string Printable(std::string_view text);

std::string InstantText(uint64_t ms);
std::string RenderStatus(Language language, const v1::StatusResponse& status);
std::string RenderSent(Language language, const v1::SendLeadResponse& response);
std::string RenderLeads(Language language, const v1::ListLeadsResponse& response, bool received);
std::string RenderInbox(Language language, const v1::InboxResponse& response);
std::string RenderShown(Language language, const v1::ShowResponse& response);
std::string RenderConsultations(Language language, const v1::ConsultationsResponse& response);
std::string RenderKeys(Language language, const v1::KeysResponse& response);
std::string RenderAgencies(Language language, const v1::ListAgenciesResponse& response);
std::string RenderOfficers(Language language, const v1::ListOfficersResponse& response);

}  // namespace entente::cli

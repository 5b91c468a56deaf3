#include "core/record/notice_forms.h"

#include <algorithm>
#include <array>

#include "core/record/statements.h"

namespace entente::record {
namespace {

constexpr std::array<NoticeForm, 8> kForms = {
    {{v1::NOTICE_TYPE_GAP, kStatementType<v1::GapNote>, crypto::KeyUse::kRecordSigning},
     {v1::NOTICE_TYPE_PAIR_HEAD, kStatementType<v1::PairHead>, crypto::KeyUse::kRecordSigning},
     {v1::NOTICE_TYPE_RECALL, kStatementType<v1::RecallNote>, crypto::KeyUse::kRecordSigning},
     {v1::NOTICE_TYPE_ERASURE, kStatementType<v1::ErasureNote>, crypto::KeyUse::kAcknowledgement},
     {v1::NOTICE_TYPE_FETCHED, kStatementType<v1::FetchedNote>, crypto::KeyUse::kAcknowledgement},
     {v1::NOTICE_TYPE_RESTRICTION, kStatementType<v1::RestrictionNote>,
      crypto::KeyUse::kRecordSigning},
     {v1::NOTICE_TYPE_RESTRICTED, kStatementType<v1::RestrictedNote>,
      crypto::KeyUse::kAcknowledgement},
     {v1::NOTICE_TYPE_OVERRIDE, kStatementType<v1::OverrideNote>, crypto::KeyUse::kOfficer}}};

// Of what goes from a record's recipient to its origin.
template <class Body>
std::string OriginIn(const std::string& bytes) {
  Body body;
  return body.ParseFromString(bytes) ? body.origin() : "";
}

template <class Body>
std::string RecipientIn(const std::string& bytes) {
  Body body;
  return body.ParseFromString(bytes) ? body.recipient() : "";
}

}  // namespace

const NoticeForm* FindNoticeForm(v1::NoticeType type) {
  const auto* const found = std::ranges::find(kForms, type, &NoticeForm::type);
  return found == kForms.end() ? nullptr : found;
}

const NoticeForm* FindNoticeForm(std::string_view word) {
  const auto* const found = std::ranges::find(kForms, word, &NoticeForm::word);
  return found == kForms.end() ? nullptr : found;
}

bool IsUrgent(v1::NoticeType type) {
  return type == v1::NOTICE_TYPE_RECALL || type == v1::NOTICE_TYPE_RESTRICTION ||
         type == v1::NOTICE_TYPE_OVERRIDE;
}

std::string NoticeAddressee(const v1::Notice& notice) {
  const std::string& body = notice.statement().body();
  switch (notice.type()) {
    case v1::NOTICE_TYPE_GAP:
      return RecipientIn<v1::GapNote>(body);
    case v1::NOTICE_TYPE_PAIR_HEAD:
      return RecipientIn<v1::PairHead>(body);
    case v1::NOTICE_TYPE_RECALL:
      return RecipientIn<v1::RecallNote>(body);
    case v1::NOTICE_TYPE_ERASURE:
      return OriginIn<v1::ErasureNote>(body);
    case v1::NOTICE_TYPE_FETCHED:
      return OriginIn<v1::FetchedNote>(body);
    case v1::NOTICE_TYPE_RESTRICTION:
      return RecipientIn<v1::RestrictionNote>(body);
    case v1::NOTICE_TYPE_RESTRICTED:
      return OriginIn<v1::RestrictedNote>(body);
    default:
      return "";
  }
}

}  // namespace entente::record

// The notices: statements that travel beside records, and what each is signed by. Pure; safe from
// any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/crypto/keys.h"
#include "entente/v1/broker.pb.h"

namespace entente::record {

struct NoticeForm {
  v1::NoticeType type;
  std::string_view word;  // its statement's type, and its word in the log
  crypto::KeyUse use;
};

// Of those that are logged by themselves: all that are submitted, and the word of an override,
// which the broker logs with its record. nullptr for all others.
const NoticeForm* FindNoticeForm(v1::NoticeType type);
const NoticeForm* FindNoticeForm(std::string_view word);

// What an origin takes back, restricts, or passes on without consent is told before all else.
bool IsUrgent(v1::NoticeType type);

// Whom it says that it goes to; empty when it cannot be read.
std::string NoticeAddressee(const v1::Notice& notice);

}  // namespace entente::record

#include "core/base/version.h"

namespace entente {

std::string_view Version() { return ENTENTE_VERSION; }

}  // namespace entente

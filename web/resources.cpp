// SPDX-License-Identifier: Apache-2.0
#include "web/resources.h"

#include <gio/gio.h>

#include <mutex>

extern "C" void tessera_web_bundle_register_resource(void);

namespace tessera::web {

void registerResources() {
  static std::once_flag once;
  std::call_once(once, [] { tessera_web_bundle_register_resource(); });
}

}  // namespace tessera::web

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gio/gio.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "signaling/object_ref.h"

namespace tessera::signaling {

using TlsCertificate = ObjectRef<GTlsCertificate>;

[[nodiscard]] Result<TlsCertificate> loadCertificate(const std::string& certificateFile,
                                                     const std::string& keyFile);

// For a try-out: ECDSA P-256, 30 days, for localhost, this machine's name and its addresses. In memory only.
[[nodiscard]] Result<TlsCertificate> makeSelfSignedCertificate();

}  // namespace tessera::signaling

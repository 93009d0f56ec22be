// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "pipelines/sources/play_shared.h"
#include "pipelines/sources/source_url.h"

namespace tessera {

// Ties a decodebin to what a source may be made of: a fixed list of containers, parsers and decoders, none of
// which opens anything, so that a playlist or a session description in the place of a film is just a type
// that is not supported. One stream of each medium is decoded, none whose pictures are too large.
void restrictAutoplug(GstElement* decodebin, SourceUrl::Kind kind, const std::shared_ptr<PlayShared>& shared);

}  // namespace tessera

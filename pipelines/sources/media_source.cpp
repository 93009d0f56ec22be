// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/media_source.h"

#include "pipelines/sources/source_url.h"

namespace tessera {

Result<std::unique_ptr<MediaSource>> MediaSource::start(const SourceSettings& settings, int,
                                                        std::shared_ptr<mix::VideoSlot>,
                                                        std::shared_ptr<mix::AudioSlot>, Reaper&, Handlers) {
  const auto url = parseSourceUrl(settings.url);
  if (!url) return tl::unexpected(url.error());
  return fail(ErrorCode::unsupported, "sources are not played yet");
}

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/rtmp_target.h"

#include "room/url.h"

namespace tessera {
namespace {

[[nodiscard]] Status setUser(RtmpTarget& target, std::string_view userInfo) {
  if (userInfo.empty()) return {};
  const auto colon = userInfo.find(':');
  if (colon == std::string_view::npos)
    return fail(ErrorCode::badRequest, "the URL has a user without a password");
  auto user = unescapedUrl(userInfo.substr(0, colon), {});
  auto password = unescapedUrl(userInfo.substr(colon + 1), {});
  if (!user || !password) return fail(ErrorCode::badRequest, "the URL has a user with a bad escape");
  target.user = *std::move(user);
  target.password = *std::move(password);
  return {};
}

}  // namespace

Result<RtmpTarget> parseRtmpTarget(std::string_view text) {
  const auto url = parseUrl(text);
  if (!url) return tl::unexpected(url.error());
  if (url->scheme != "rtmp" && url->scheme != "rtmps")
    return fail(ErrorCode::badRequest, "the URL is neither rtmp:// nor rtmps://");
  const auto slash = url->path.rfind('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == url->path.size())
    return fail(ErrorCode::badRequest, "the URL lacks an application or a stream key");
  RtmpTarget target;
  target.tls = url->scheme == "rtmps";
  target.host = url->host;
  target.port = url->effectivePort();
  target.application = url->path.substr(1, slash - 1);
  target.stream = url->path.substr(slash + 1);
  if (!url->query.empty()) target.stream += "?" + url->query;
  if (const auto status = setUser(target, url->userInfo); !status) return tl::unexpected(status.error());
  return target;
}

}  // namespace tessera

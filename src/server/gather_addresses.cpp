// SPDX-License-Identifier: Apache-2.0
#include "server/gather_addresses.h"

#include <gio/gio.h>
#include <ifaddrs.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>

#include "signaling/listen_address.h"

namespace tessera::server {
namespace {

using Interfaces = std::unique_ptr<ifaddrs, decltype(&freeifaddrs)>;

// Link-local IPv6 addresses are left out: they mean nothing without their interface.
std::vector<std::string> addressesOf(const ifaddrs* all, const std::string& interface) {
  std::vector<std::string> found;
  for (const ifaddrs* one = all; one; one = one->ifa_next) {
    if (!one->ifa_addr || interface != one->ifa_name) continue;
    const int family = one->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    const socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(one->ifa_addr, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) continue;
    if (std::string_view(text.data()).find('%') == std::string_view::npos) found.emplace_back(text.data());
  }
  return found;
}

Result<std::vector<std::string>> asListening(const std::vector<std::string>& listen) {
  std::vector<std::string> loopbacks;
  for (const std::string& text : listen) {
    const auto address = signaling::parseListenAddress(text);
    if (!address) return tl::unexpected(address.error());
    if (!signaling::isLoopback(*address)) return std::vector<std::string>{};
    const std::string loopback = address->v6 ? "::1" : "127.0.0.1";
    if (std::find(loopbacks.begin(), loopbacks.end(), loopback) == loopbacks.end())
      loopbacks.push_back(loopback);
  }
  return loopbacks;
}

}  // namespace

Result<std::vector<std::string>> gatherAddresses(const config::Settings& settings) {
  if (settings.media.gather.empty()) return asListening(settings.listen.addresses);
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0) return fail(ErrorCode::io, "listing the network interfaces failed");
  const Interfaces all(raw, freeifaddrs);
  std::vector<std::string> addresses;
  for (const std::string& wanted : settings.media.gather) {
    if (g_hostname_is_ip_address(wanted.c_str())) {
      addresses.push_back(wanted);
      continue;
    }
    const auto found = addressesOf(all.get(), wanted);
    if (found.empty())
      return fail(ErrorCode::config,
                  "media.gather: \"{}\" is neither an IP address nor an interface with one", wanted);
    addresses.insert(addresses.end(), found.begin(), found.end());
  }
  return addresses;
}

}  // namespace tessera::server

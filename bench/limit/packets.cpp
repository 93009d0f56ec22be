// SPDX-License-Identifier: Apache-2.0
#include "bench/limit/packets.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tessera::bench {
namespace {

constexpr std::size_t kTrailer = SRTP_MAX_TRAILER_LEN;
constexpr int kSocketBytes = 4 << 20;  // a keyframe of every sender at once
constexpr std::size_t kKeyBytes = 30;  // RFC 3711: master key and salt

void write16(Packet& packet, std::size_t at, std::uint16_t value) {
  packet[at] = static_cast<std::uint8_t>(value >> 8);
  packet[at + 1] = static_cast<std::uint8_t>(value);
}
void write32(Packet& packet, std::size_t at, std::uint32_t value) {
  write16(packet, at, static_cast<std::uint16_t>(value >> 16));
  write16(packet, at + 2, static_cast<std::uint16_t>(value));
}

Error systemError(std::string_view what) {
  return {ErrorCode::io, fmt::format("{}: {}", what, std::strerror(errno))};
}

int openSocket(sockaddr_in& address) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kSocketBytes, sizeof kSocketBytes);
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
      getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0)
    return socket;
  close(socket);
  return -1;
}

}  // namespace

void Packetizer::packetize(std::span<const std::uint8_t> frame, std::uint32_t timestamp,
                           std::vector<Packet>& out) {
  const std::size_t descriptor = video_ ? kVp8Descriptor : 0;
  const std::size_t most = kMtu - kRtpHeader - descriptor;
  for (std::size_t at = 0; at < frame.size(); at += most) {
    const std::size_t count = std::min(most, frame.size() - at);
    Packet packet;
    packet.reserve(kRtpHeader + descriptor + count + kTrailer);
    packet.resize(kRtpHeader + descriptor + count);
    packet[0] = 0x90;  // version 2, an extension
    packet[1] = static_cast<std::uint8_t>(payloadType_ | (at + count == frame.size() ? 0x80 : 0));
    write16(packet, 2, sequence_);
    write32(packet, 4, timestamp);
    write32(packet, 8, ssrc_);
    write32(packet, 12, 0xBEDE0001);  // RFC 8285: one word of one-byte extensions
    write32(packet, 16, 0x11000000u | static_cast<std::uint32_t>(sequence_) << 8);
    if (video_) {  // X; S on the first; I; the picture id
      packet[20] = static_cast<std::uint8_t>(0x80 | (at == 0 ? 0x10 : 0));
      packet[21] = 0x80;
      write16(packet, 22, static_cast<std::uint16_t>(0x8000 | (timestamp / 3000 & 0x7fff)));
    }
    std::memcpy(packet.data() + kRtpHeader + descriptor, frame.data() + at, count);
    ++sequence_;
    out.push_back(std::move(packet));
  }
}

std::span<const std::uint8_t> payloadOf(const Packet& packet, bool video) {
  return std::span(packet).subspan(kRtpHeader + (video ? kVp8Descriptor : 0));
}

Result<Srtp> Srtp::create(bool outbound, std::uint8_t key) {
  std::array<unsigned char, kKeyBytes> secret;
  secret.fill(key);
  srtp_policy_t policy{};
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
  policy.ssrc.type = outbound ? ssrc_any_outbound : ssrc_any_inbound;
  policy.key = secret.data();
  policy.window_size = 128;
  srtp_t session = nullptr;
  if (const auto status = srtp_create(&session, &policy); status != srtp_err_status_ok)
    return fail(ErrorCode::internal, "making an SRTP session: {}", static_cast<int>(status));
  return Srtp(session);
}

bool Srtp::protect(Packet& packet) {
  int length = static_cast<int>(packet.size());
  packet.resize(packet.size() + kTrailer);
  const bool ok = srtp_protect(session_.get(), packet.data(), &length) == srtp_err_status_ok;
  packet.resize(static_cast<std::size_t>(length));
  return ok;
}

bool Srtp::unprotect(Packet& packet) {
  int length = static_cast<int>(packet.size());
  const bool ok = srtp_unprotect(session_.get(), packet.data(), &length) == srtp_err_status_ok;
  packet.resize(static_cast<std::size_t>(length));
  return ok;
}

Result<SocketPair> SocketPair::create() {
  sockaddr_in nearAddress, farAddress;
  const int nearEnd = openSocket(nearAddress);
  if (nearEnd < 0) return tl::unexpected(systemError("a UDP socket on loopback"));
  const int farEnd = openSocket(farAddress);
  if (farEnd < 0) {
    close(nearEnd);
    return tl::unexpected(systemError("a UDP socket on loopback"));
  }
  SocketPair pair(nearEnd, farEnd);
  if (connect(nearEnd, reinterpret_cast<sockaddr*>(&farAddress), sizeof farAddress) != 0 ||
      connect(farEnd, reinterpret_cast<sockaddr*>(&nearAddress), sizeof nearAddress) != 0)
    return tl::unexpected(systemError("connecting UDP sockets on loopback"));
  return pair;
}

SocketPair::SocketPair(SocketPair&& other) noexcept
    : near_(std::exchange(other.near_, -1)), far_(std::exchange(other.far_, -1)) {}

SocketPair::~SocketPair() {
  if (near_ >= 0) close(near_);
  if (far_ >= 0) close(far_);
}

bool SocketPair::send(int socket, const Packet& packet) {
  iovec data{const_cast<std::uint8_t*>(packet.data()), packet.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  return sendmsg(socket, &message, 0) == static_cast<ssize_t>(packet.size());
}

bool SocketPair::receive(int socket, Packet& packet) {
  packet.resize(kMtu + kTrailer);
  iovec data{packet.data(), packet.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  const ssize_t bytes = recvmsg(socket, &message, MSG_DONTWAIT);
  packet.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  return bytes > 0;
}

}  // namespace tessera::bench

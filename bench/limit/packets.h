// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <srtp2/srtp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

// RTP packets as the room's, their protection, and the sockets they go through.

namespace tessera::bench {

inline constexpr std::size_t kMtu = 1200;         // bytes of an RTP packet, as in pipelines/legs and load
inline constexpr std::size_t kRtpHeader = 20;     // with the extension for transport-wide sequence numbers
inline constexpr std::size_t kVp8Descriptor = 4;  // RFC 7741 with a picture id of 15 bits

using Packet = std::vector<std::uint8_t>;

// Writes header and descriptor, and copies the payload; counts the sequence number up.
class Packetizer {
 public:
  Packetizer(std::uint32_t ssrc, std::uint8_t payloadType, bool video)
      : ssrc_(ssrc), payloadType_(payloadType), video_(video) {}

  // One packet of at most kMtu bytes after the other; `out` grows by them, each with room for SRTP's trailer.
  void packetize(std::span<const std::uint8_t> frame, std::uint32_t timestamp, std::vector<Packet>& out);

 private:
  const std::uint32_t ssrc_;
  const std::uint8_t payloadType_;
  const bool video_;
  std::uint16_t sequence_ = 0;
};

std::span<const std::uint8_t> payloadOf(const Packet& packet, bool video);

// One direction of SRTP, AES_CM_128_HMAC_SHA1_80 (what DTLS-SRTP negotiates here), any SSRC.
class Srtp {
 public:
  static Result<Srtp> create(bool outbound, std::uint8_t key);
  [[nodiscard]] bool protect(Packet& packet);
  [[nodiscard]] bool unprotect(Packet& packet);

 private:
  explicit Srtp(srtp_t session) : session_(session, srtp_dealloc) {}
  std::unique_ptr<srtp_ctx_t_, srtp_err_status_t (*)(srtp_t)> session_;
};

// Two connected UDP sockets on loopback.
class SocketPair {
 public:
  static Result<SocketPair> create();
  SocketPair(SocketPair&& other) noexcept;
  SocketPair& operator=(SocketPair&&) = delete;
  ~SocketPair();

  // The near end is the server's, the far end the participant's.
  [[nodiscard]] bool sendNear(const Packet& packet) { return send(near_, packet); }
  [[nodiscard]] bool sendFar(const Packet& packet) { return send(far_, packet); }
  [[nodiscard]] bool receiveNear(Packet& packet) { return receive(near_, packet); }  // does not wait
  [[nodiscard]] bool receiveFar(Packet& packet) { return receive(far_, packet); }

 private:
  SocketPair(int nearEnd, int farEnd) : near_(nearEnd), far_(farEnd) {}
  static bool send(int socket, const Packet& packet);
  static bool receive(int socket, Packet& packet);
  int near_, far_;
};

}  // namespace tessera::bench

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <vector>

#include "bench/limit/meter.h"
#include "bench/limit/packets.h"

namespace tessera::bench {

// Everybody in the room, with both ends of their connections. What the far ends do is not measured.
class People {
 public:
  static Result<People> create(int senders, int viewers);

  using Frame = std::span<const std::uint8_t>;
  using FrameOf = std::function<Frame(int person)>;
  // Each sender sends its frame; the server receives and unprotects it. False: a packet was lost or damaged.
  [[nodiscard]] bool takeIn(bool video, std::uint32_t timestamp, const FrameOf& frameOf, Meter& meter);
  // The packets that came in last from this sender, in order.
  const std::vector<Packet>& packetsOf(int sender) const { return people_[index(sender)].in; }
  // The server packetizes, protects and sends to everybody what is theirs.
  [[nodiscard]] bool sendOut(bool video, std::uint32_t timestamp, const FrameOf& frameOf, Meter& meter);

 private:
  struct Person {
    SocketPair sockets;
    Srtp farOut, nearIn, nearOut;
    Packetizer farVideo, farSound, nearVideo, nearSound;
    std::vector<Packet> in, out;
  };
  static std::size_t index(int person) { return static_cast<std::size_t>(person); }
  static Result<Person> makePerson(int number);

  int senders_ = 0;
  std::vector<Person> people_;  // the senders first
};

}  // namespace tessera::bench

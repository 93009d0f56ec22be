// SPDX-License-Identifier: Apache-2.0
#include "bench/limit/people.h"

namespace tessera::bench {
namespace {

constexpr std::uint8_t kVideoType = 96, kSoundType = 111;
constexpr std::uint8_t kInKey = 1, kOutKey = 2;

}  // namespace

Result<People::Person> People::makePerson(int number) {
  auto sockets = SocketPair::create();
  if (!sockets) return tl::unexpected(sockets.error());
  auto farOut = Srtp::create(true, kInKey);
  auto nearIn = Srtp::create(false, kInKey);
  auto nearOut = Srtp::create(true, kOutKey);
  for (const auto* session : {&farOut, &nearIn, &nearOut})
    if (!*session) return tl::unexpected(session->error());
  const auto ssrc = static_cast<std::uint32_t>(number * 4 + 1);
  return Person{std::move(*sockets),
                std::move(*farOut),
                std::move(*nearIn),
                std::move(*nearOut),
                {ssrc, kVideoType, true},
                {ssrc + 1, kSoundType, false},
                {ssrc + 2, kVideoType, true},
                {ssrc + 3, kSoundType, false},
                {},
                {}};
}

Result<People> People::create(int senders, int viewers) {
  if (srtp_init() != srtp_err_status_ok) return fail(ErrorCode::internal, "libsrtp does not start");
  People people;
  people.senders_ = senders;
  for (int i = 0; i < senders + viewers; ++i) {
    auto person = makePerson(i);
    if (!person) return tl::unexpected(person.error());
    people.people_.push_back(std::move(*person));
  }
  return people;
}

bool People::takeIn(bool video, std::uint32_t timestamp, const FrameOf& frameOf, Meter& meter) {
  bool ok = true;
  for (int i = 0; i < senders_; ++i) {
    Person& person = people_[index(i)];
    std::vector<Packet> packets;
    (video ? person.farVideo : person.farSound).packetize(frameOf(i), timestamp, packets);
    for (Packet& packet : packets) ok &= person.farOut.protect(packet) && person.sockets.sendFar(packet);
    person.in.resize(packets.size());
  }
  meter.time(Part::receive, [&] {
    for (int i = 0; i < senders_; ++i)
      for (Packet& packet : people_[index(i)].in) ok &= people_[index(i)].sockets.receiveNear(packet);
  });
  meter.time(Part::unprotect, [&] {
    for (int i = 0; i < senders_; ++i)
      for (Packet& packet : people_[index(i)].in) ok &= people_[index(i)].nearIn.unprotect(packet);
  });
  return ok;
}

bool People::sendOut(bool video, std::uint32_t timestamp, const FrameOf& frameOf, Meter& meter) {
  bool ok = true;
  meter.time(Part::protect, [&] {
    for (std::size_t i = 0; i < people_.size(); ++i) {
      Person& person = people_[i];
      person.out.clear();
      (video ? person.nearVideo : person.nearSound)
          .packetize(frameOf(static_cast<int>(i)), timestamp, person.out);
      for (Packet& packet : person.out) ok &= person.nearOut.protect(packet);
    }
  });
  meter.time(Part::send, [&] {
    for (Person& person : people_)
      for (const Packet& packet : person.out) ok &= person.sockets.sendNear(packet);
  });
  Packet taken;
  for (Person& person : people_)
    for (std::size_t i = 0; i < person.out.size(); ++i) ok &= person.sockets.receiveFar(taken);
  return ok;
}

}  // namespace tessera::bench

// SPDX-License-Identifier: Apache-2.0
#include "room_fixture.h"

namespace tessera::test {
namespace {

std::vector<std::uint8_t> copyPlane(const std::uint8_t* from, int stride, int width, int height) {
  std::vector<std::uint8_t> plane;
  for (int y = 0; y < height; ++y) plane.insert(plane.end(), from + y * stride, from + y * stride + width);
  return plane;
}

int meanIn(const std::vector<std::uint8_t>& plane, int stride, const mix::Rect& rect) {
  long sum = 0;
  for (int y = rect.y; y < rect.y + rect.height; ++y)
    for (int x = rect.x; x < rect.x + rect.width; ++x)
      sum += plane.at(static_cast<std::size_t>(y * stride + x));
  return static_cast<int>(sum / std::max(1, rect.width * rect.height));
}

}  // namespace

void Screen::show(const mix::VideoFrame& frame) {
  const std::lock_guard lock(mutex_);
  width_ = frame.width;
  height_ = frame.height;
  y_ = copyPlane(frame.y, frame.strideY, width_, height_);
  u_ = copyPlane(frame.u, frame.strideU, width_ / 2, height_ / 2);
  v_ = copyPlane(frame.v, frame.strideV, width_ / 2, height_ / 2);
  ++frames_;
}

Yuv Screen::colourIn(const Tile& tile) const {
  return colourOf({tile.x + tile.width / 4, tile.y + tile.height / 4, tile.width / 2, tile.height / 4});
}

Yuv Screen::colourOf(const mix::Rect& part) const {
  const std::lock_guard lock(mutex_);
  if (width_ < part.x + part.width || height_ < part.y + part.height) return {};
  const mix::Rect chroma{part.x / 2, part.y / 2, part.width / 2, part.height / 2};
  return {meanIn(y_, width_, part), meanIn(u_, width_ / 2, chroma), meanIn(v_, width_ / 2, chroma)};
}

int Screen::width() const {
  const std::lock_guard lock(mutex_);
  return width_;
}

int Screen::height() const {
  const std::lock_guard lock(mutex_);
  return height_;
}

int Screen::frames() const {
  const std::lock_guard lock(mutex_);
  return frames_;
}

std::vector<std::uint8_t> Screen::i420() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint8_t> planes(y_);
  planes.insert(planes.end(), u_.begin(), u_.end());
  planes.insert(planes.end(), v_.begin(), v_.end());
  return planes;
}

RoomSettings RoomUnderTest::settingsFor(CanvasSettings canvas) {
  RoomSettings settings;
  settings.room.value = "test";
  settings.canvas = canvas;
  settings.rungs = {{canvas.height, canvas.fps, 800, 400}};
  settings.audioKbps = 128;  // at 40 the coding noise between two steady tones is less than 40 dB below them
  settings.gatherAddresses = {"127.0.0.1"};
  return settings;
}

RoomUnderTest::RoomUnderTest(CanvasSettings canvas) : RoomUnderTest(settingsFor(canvas)) {}

RoomUnderTest::RoomUnderTest(const RoomSettings& settings, RoomPipeline::Governor governor)
    : room(std::make_unique<RoomPipeline>(settings, *this, std::move(governor))) {}

RoomUnderTest::RoomUnderTest(const Maker& makeRoom) : room(makeRoom(*this)) {}

RoomUnderTest::~RoomUnderTest() {
  room.reset();
}

Guest& RoomUnderTest::join(const Person& person) {
  return connect(person, "main");
}

Guest& RoomUnderTest::share(const Person& person) {
  return connect(person, "screen");
}

Guest& RoomUnderTest::connect(const Person& person, const char* pc) {
  Guest& guest = guests.emplace_back(person.options);
  guest.settings.key = {ParticipantId{person.id}, pc, ++gen_};
  guest.settings.name = person.name.empty() ? person.id : person.name;
  guest.settings.muted = person.muted;
  guest.settings.codec = person.options.codec;
  guest.settings.hidden = person.hidden;
  guest.settings.cameraOff = person.cameraOff;
  guest.settings.bestLevel = person.bestLevel;
  const PeerKey key = guest.settings.key;
  guest.client->onAnswer = [this, key](const std::string& sdp) { room->setAnswer(key, sdp); };
  guest.client->onCandidate = [this, key](const IceCandidate& c) { room->addCandidate(key, c); };
  room->addPeer(guest.settings);
  return guest;
}

void RoomUnderTest::leave(Guest& guest) {
  room->removePeer(guest.settings.key);
  guests.remove_if([&](const Guest& each) { return &each == &guest; });
}

bool RoomUnderTest::allConnected() const {
  return std::ranges::all_of(guests, &Guest::connected);
}

const Tile* RoomUnderTest::tileOf(const Guest& guest) const {
  const PeerKey& key = guest.settings.key;
  const auto at = std::ranges::find_if(picture.tiles, [&](const Tile& tile) {
    return tile.participant == key.participant && tile.pc == key.pc;
  });
  return at == picture.tiles.end() ? nullptr : &*at;
}

Guest* RoomUnderTest::find(const PeerKey& key) {
  for (Guest& guest : guests) {
    if (guest.settings.key == key) return &guest;
  }
  return nullptr;
}

void RoomUnderTest::onOffer(const PeerKey& peer, const std::string& sdp) {
  if (Guest* guest = find(peer)) guest->client->setOffer(sdp);
}

void RoomUnderTest::onCandidate(const PeerKey& peer, const IceCandidate& candidate) {
  if (Guest* guest = find(peer)) guest->client->addCandidate(candidate);
}

void RoomUnderTest::onPeerState(const PeerKey& peer, PeerState state, const Error& why) {
  Guest* guest = find(peer);
  if (!guest) return;
  guest->state = state;
  if (state == PeerState::failed) guest->errors.push_back(why);
}

void RoomUnderTest::onPeerError(const PeerKey& peer, const Error& error) {
  if (Guest* guest = find(peer)) guest->errors.push_back(error);
}

void RoomUnderTest::onPicture(const Picture& now) {
  picture = now;
  ++pictureEvents;
}

void RoomUnderTest::onReceiving(const PeerKey& peer, const Receiving& receiving) {
  if (Guest* guest = find(peer)) guest->receiving.push_back(receiving);
}

void RoomUnderTest::onIngest(const PeerKey& peer, const Ingest& ingest) {
  if (Guest* guest = find(peer)) guest->ingests.push_back(ingest);
}

void RoomUnderTest::onSpeaking(const std::vector<SpeakerLevel>& now) {
  ++speakingEvents;
  levels.clear();
  for (const SpeakerLevel& level : now) levels[level.participant] = level;
}

}  // namespace tessera::test

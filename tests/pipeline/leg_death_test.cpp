// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/leg_session.h"
#include "support/run_until.h"

// Peers that are gone, in each of the ways in which a peer can be.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::LegRoom;
using test::LegSession;
using test::runUntil;

constexpr unsigned kBlue = 0xff3c5adc;
constexpr double kMixTone = 1130;

// At the same time, since each takes as long as a client may be silent.
TEST(LegDeathTest, EachWayOfBeingGoneIsKnownInTime) {
  LegRoom room;
  // GStreamer's DTLS says no goodbye
  LegSession silent(room, {}, "silent");
  LegSession deaf(room, {}, "deaf");  // goes on sending
  LegSession mute(room, {}, "mute");  // goes on receiving
  LegSession absent(room, {}, "absent");
  LegSession unreachable(room, {}, "unreachable");
  test::WebRtcClient::Options nothing;
  nothing.sendsVideo = false;
  nothing.sendsAudio = false;
  LegSession quiet(room, nothing, "quiet");
  absent.answers = false;
  unreachable.candidatesPass = false;
  for (LegSession* session : {&deaf, &mute, &quiet}) session->sendMix(kBlue, kMixTone);
  ASSERT_TRUE(runUntil([&] {
    return silent.video->probe.frames() > 0 && mute.video->probe.frames() > 0 &&
           deaf.leg->network().feedback && quiet.connected();
  }));

  silent.client->stop();
  deaf.client->impairReceived({.loss = 1});
  mute.client->impairSent({.loss = 1});
  const auto all = {&silent, &deaf, &mute, &absent, &unreachable};
  EXPECT_TRUE(runUntil(
      [&] { return std::ranges::all_of(all, [](auto* s) { return s->failure.has_value(); }); }, 12s));
  const auto why = [](const LegSession& session) { return session.failure ? session.failure->text : ""; };
  EXPECT_EQ(why(silent), "nothing received any more");
  EXPECT_EQ(why(deaf), "nothing arrives there any more");
  EXPECT_EQ(why(mute), "nothing received any more");
  EXPECT_EQ(why(absent), "no answer in time");
  EXPECT_EQ(why(unreachable), "not connected in time");
  for (const LegSession* session : all) EXPECT_FALSE(session->output->ready());

  EXPECT_TRUE(quiet.connected()) << "who says little is not dead";
  EXPECT_EQ(quiet.video->probe.frames(), 0);
}

// A browser that closes its connection says so (close_notify, RFC 5246 section 7.2.1): known at once.
TEST(LegDeathTest, AGoodbyeIsHeard) {
  LegRoom room;
  LegSession session(room);
  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > 0; }));
  session.client->sayGoodbye();
  ASSERT_TRUE(runUntil([&] { return session.failure.has_value(); }, 5s));
  EXPECT_EQ(session.failure->text, "DTLS closed");
}

}  // namespace
}  // namespace tessera

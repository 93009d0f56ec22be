// SPDX-License-Identifier: Apache-2.0
#include "base/line_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "run_until.h"

namespace tessera {
namespace {

using testing::ElementsAre;

// A channel on one end of a socket pair; the test holds the other end.
class LineChannelTest : public testing::Test {
 protected:
  LineChannelTest() {
    std::array<int, 2> fds{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    far_ = fds[1];
    channel_ = std::make_unique<LineChannel>(
        fds[0], LineChannel::Handlers{[this](std::string_view line) { onLine(line); },
                                      [this](std::string_view why) { closed_ = why; }});
  }
  ~LineChannelTest() override {
    channel_.reset();
    closeFar();
  }

  virtual void onLine(std::string_view line) { lines_.emplace_back(line); }

  void closeFar() {
    if (far_ >= 0) ::close(std::exchange(far_, -1));
  }
  void writeFar(std::string_view text) const {
    ASSERT_EQ(::send(far_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  // Reads what the channel writes until `size` bytes have come.
  std::string readFar(std::size_t size) const {
    std::string text;
    const bool complete = runUntil([&] {
      std::array<char, 65536> chunk;
      for (ssize_t n = 0; (n = ::recv(far_, chunk.data(), chunk.size(), MSG_DONTWAIT)) > 0;)
        text.append(chunk.data(), static_cast<std::size_t>(n));
      return text.size() >= size;
    });
    EXPECT_TRUE(complete) << text.size() << " bytes of " << size;
    return text;
  }

  int far_ = -1;
  std::unique_ptr<LineChannel> channel_;
  std::vector<std::string> lines_;
  std::optional<std::string> closed_;
};

TEST_F(LineChannelTest, CutsTheStreamIntoLines) {
  writeFar("one\ntwo\n\nthr");
  EXPECT_TRUE(runUntil([&] { return lines_.size() == 3; }));
  EXPECT_THAT(lines_, ElementsAre("one", "two", ""));
  writeFar("ee\n");
  EXPECT_TRUE(runUntil([&] { return lines_.size() == 4; }));
  EXPECT_EQ(lines_[3], "three");
}

TEST_F(LineChannelTest, JoinsALineOfManyPieces) {
  const std::string longLine(LineChannel::kMaxLineBytes, 'x');
  std::string_view rest = longLine;
  while (!rest.empty()) {
    writeFar(rest.substr(0, 10'000));
    rest.remove_prefix(std::min<std::size_t>(rest.size(), 10'000));
    runPending();
  }
  writeFar("\n");
  EXPECT_TRUE(runUntil([&] { return lines_.size() == 1; }));
  EXPECT_TRUE(lines_[0] == longLine);
}

TEST_F(LineChannelTest, ClosesOnALineThatIsTooLong) {
  const std::string piece(32 << 10, 'x');
  for (int i = 0; i < 9 && !closed_; ++i) {
    writeFar(piece);
    runPending();
  }
  EXPECT_EQ(closed_, "line too long");
  EXPECT_TRUE(lines_.empty());
}

TEST_F(LineChannelTest, SendsControlInOrder) {
  channel_->sendControl("one");
  channel_->sendControl("two");
  EXPECT_EQ(channel_->backlogBytes(), 8u);
  EXPECT_EQ(readFar(8), "one\ntwo\n");
  EXPECT_EQ(channel_->backlogBytes(), 0u);
}

TEST_F(LineChannelTest, ReplacesAnUnsentStateOfTheSameKey) {
  channel_->sendState("levels", "levels 1");
  channel_->sendControl("control");
  channel_->sendState("health", "health 1");
  channel_->sendState("levels", "levels 2 is longer");
  const std::string expected = "levels 2 is longer\ncontrol\nhealth 1\n";
  EXPECT_EQ(channel_->backlogBytes(), expected.size());
  EXPECT_EQ(readFar(expected.size()), expected);
  channel_->sendState("levels", "levels 3");
  EXPECT_EQ(readFar(9), "levels 3\n");
}

TEST_F(LineChannelTest, DoesNotReplaceAStateThatIsHalfSent) {
  const std::string big(900'000, 'a');  // more than a socket buffer takes
  channel_->sendState("s", big);
  runPending();
  ASSERT_GT(channel_->backlogBytes(), 0u);
  ASSERT_LT(channel_->backlogBytes(), big.size());
  channel_->sendState("s", "b");
  EXPECT_TRUE(readFar(big.size() + 3) == big + "\nb\n");
}

TEST_F(LineChannelTest, DropsStateRatherThanExceedTheBacklog) {
  const std::string big(LineChannel::kMaxBacklogBytes - 10, 'a');
  channel_->sendControl(big);
  channel_->sendState("s", "too long for what is left");
  EXPECT_EQ(channel_->backlogBytes(), big.size() + 1);
  EXPECT_TRUE(readFar(big.size() + 1) == big + "\n");
  EXPECT_FALSE(closed_);
}

TEST_F(LineChannelTest, ClosesOnABacklogButNotInline) {
  const std::string line(100'000, 'x');
  for (int i = 0; i < 50; ++i) channel_->sendControl(line);
  EXPECT_FALSE(closed_);
  EXPECT_LT(channel_->backlogBytes(), LineChannel::kMaxBacklogBytes + 2 * line.size());
  EXPECT_TRUE(runUntil([&] { return closed_.has_value(); }));
  EXPECT_EQ(closed_, "backlog");
  channel_->sendControl("late");
  EXPECT_EQ(channel_->backlogBytes(), 0u);
}

TEST_F(LineChannelTest, TellsTheEndOfFile) {
  writeFar("last words\nhalf");
  closeFar();
  EXPECT_TRUE(runUntil([&] { return closed_.has_value(); }));
  EXPECT_EQ(closed_, "end of file");
  EXPECT_THAT(lines_, ElementsAre("last words"));
}

// A room that reports why it fails and exits must be heard although the server was just writing to it.
TEST_F(LineChannelTest, ReadsTheLastLinesEvenWhenWritingFails) {
  writeFar("failed\n");
  closeFar();
  channel_->sendControl("into the void");
  EXPECT_TRUE(runUntil([&] { return closed_.has_value(); }));
  EXPECT_THAT(lines_, ElementsAre("failed"));
}

TEST_F(LineChannelTest, MayBeDestroyedWithUnsentLines) {
  channel_->sendControl("unsent");
  channel_.reset();
  runPending();
  EXPECT_FALSE(closed_);
}

class DestroyingHandlerTest : public LineChannelTest {
 protected:
  void onLine(std::string_view line) override {
    channel_.reset();
    lines_.emplace_back(line);  // must still be readable
  }
};

TEST_F(DestroyingHandlerTest, LinesOutliveTheChannel) {
  writeFar(std::string(1000, 'x') + "\nsecond\n");
  EXPECT_TRUE(runUntil([&] { return !lines_.empty(); }));
  runPending();
  EXPECT_THAT(lines_, ElementsAre(std::string(1000, 'x')));
  EXPECT_FALSE(closed_);
}

TEST(LineChannelClose, HandlerMayDestroyTheChannel) {
  for (const bool overflow : {false, true}) {
    std::array<int, 2> fds{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    std::unique_ptr<LineChannel> channel;
    const auto token = std::make_shared<std::string>(100, 'y');
    std::string seen;
    channel = std::make_unique<LineChannel>(fds[0],
                                            LineChannel::Handlers{[](std::string_view) {},
                                                                  [&channel, &seen, token](std::string_view) {
                                                                    channel.reset();
                                                                    seen = *token;
                                                                  }});
    if (overflow) channel->sendControl(std::string(LineChannel::kMaxBacklogBytes, 'x'));
    if (!overflow) ::close(fds[1]);
    EXPECT_TRUE(runUntil([&] { return !channel; }));
    EXPECT_EQ(seen, *token);
    if (overflow) ::close(fds[1]);
  }
}

}  // namespace
}  // namespace tessera

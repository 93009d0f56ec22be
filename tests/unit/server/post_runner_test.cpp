// SPDX-License-Identifier: Apache-2.0
#include "server/post_runner.h"

#include <sys/resource.h>

#include "recording_fixture.h"

namespace tessera::test {
namespace {

using server::PostRunner;

class PostRunnerTest : public RecordingTest {
 protected:
  void SetUp() override { environment.silence = std::chrono::seconds(20); }
  PostRunner& runner() {
    if (!runner_)
      runner_ = std::make_unique<PostRunner>(
          environment, PostRunner::Events{
                           [this](const RecordingId&, double progress) { progresses.push_back(progress); },
                           [this](const RecordingId&, const PostRunner::End& end) { ends.push_back(end); }});
    return *runner_;
  }
  std::vector<double> progresses;
  std::vector<PostRunner::End> ends;

 private:
  std::unique_ptr<PostRunner> runner_;
};

TEST_F(PostRunnerTest, TellsProgressAndTheEnd) {
  post(
      "echo '{\"progress\":0.25}'; echo '{\"progress\":1}';"
      "echo '{\"done\":{\"file\":\"a.mp4\",\"durationMs\":1,\"bytes\":1}}'; exit 0");
  runner().add({"one"}, "/nowhere");
  ASSERT_TRUE(runUntil([&] { return ends.size() == 1; }));
  EXPECT_EQ(progresses, (std::vector<double>{0.25, 1}));
  EXPECT_EQ(ends[0].outcome, PostRunner::Outcome::done);
  EXPECT_EQ(ends[0].file, "a.mp4");
  EXPECT_TRUE(runner().idle());
}

TEST_F(PostRunnerTest, RunsOneAtATime) {
  const std::string log = folder.path() + "/log";
  post("echo begin $1 >> " + log + "; sleep 0.05; echo end $1 >> " + log);
  runner().add({"one"}, "1");
  runner().add({"two"}, "2");
  ASSERT_TRUE(runUntil([&] { return ends.size() == 2; }));
  EXPECT_EQ(textOf(log), "begin 1\nend 1\nbegin 2\nend 2\n");
}

TEST_F(PostRunnerTest, SaysWhyItFailed) {
  post("echo '{\"error\":{\"code\":\"io\",\"text\":\"no room\"}}'; exit 3");
  runner().add({"one"}, "1");
  ASSERT_TRUE(runUntil([&] { return ends.size() == 1; }));
  EXPECT_EQ(ends[0].outcome, PostRunner::Outcome::later);
  EXPECT_EQ(ends[0].why.text, "no room");
}

TEST_F(PostRunnerTest, ACrashIsAFailureThatMayPass) {
  post("kill -SEGV $$");
  runner().add({"one"}, "1");
  ASSERT_TRUE(runUntil([&] { return ends.size() == 1; }));
  EXPECT_EQ(ends[0].outcome, PostRunner::Outcome::failed);
  EXPECT_NE(ends[0].why.text.find("signal 11"), std::string::npos) << ends[0].why.text;
}

TEST_F(PostRunnerTest, WhoSaysNothingForLongIsKilled) {
  environment.silence = std::chrono::milliseconds(50);
  post("exec sleep 100");
  runner().add({"one"}, "1");
  ASSERT_TRUE(runUntil([&] { return ends.size() == 1; }));
  EXPECT_EQ(ends[0].outcome, PostRunner::Outcome::failed);
  EXPECT_EQ(ends[0].why.code, ErrorCode::timeout);
}

TEST_F(PostRunnerTest, HasLittleOfTheMachine) {
  const std::string log = folder.path() + "/log";
  post("ulimit -v > " + log + "; cut -d ' ' -f 19 /proc/self/stat >> " + log + "; ionice -p $$ >> " + log);
  runner().add({"one"}, "1");
  ASSERT_TRUE(runUntil([&] { return ends.size() == 1; }));
  EXPECT_EQ(textOf(log), std::string(PostRunner::kLimitsMemory ? "1048576" : "unlimited") + "\n19\nidle\n");
}

TEST_F(PostRunnerTest, IsKilledWhenTheServerGoesDown) {
  const std::string started = folder.path() + "/started";
  post("touch " + started + "; exec sleep 100");
  runner().add({"one"}, "1");
  runner().add({"two"}, "2");
  ASSERT_TRUE(runUntil([&] { return fs::exists(started); }));
  runner().shutDown();
  EXPECT_TRUE(runUntil([&] { return runner().idle(); }));
  EXPECT_TRUE(ends.empty());
}

}  // namespace
}  // namespace tessera::test

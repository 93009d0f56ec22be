// SPDX-License-Identifier: Apache-2.0
#include "load/report.h"

#include <gmock/gmock.h>

#include "load/churn_report.h"
#include "load/json_text.h"

namespace tessera::load {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(SpreadTest, MedianAndNearestRank) {
  EXPECT_EQ(spreadOf({}).count, 0);
  EXPECT_EQ(spreadOf({4}).p95, 4);
  EXPECT_EQ(spreadOf({4, 1, 3, 2}).median, 2.5);
  EXPECT_EQ(spreadOf({3, 1, 2}).median, 2);
  std::vector<double> hundred;
  for (int i = 1; i <= 100; ++i) hundred.push_back(i);
  EXPECT_EQ(spreadOf(hundred).p95, 95);
  EXPECT_EQ(spreadOf(hundred).max, 100);
}

LoadReport sampleReport() {
  LoadReport report;
  report.url = "ws://127.0.0.1:8080";
  report.room = "load";
  report.media = "VP8";
  report.participants = 2;
  report.measuredFromUnixMs = 1700000000123;
  report.measuredSeconds = 10;
  report.tiles = {{ParticipantId{"p1"}, "main", 8, 182, 628, 356}};
  MemberFigures good;
  good.name = "load-001";
  good.welcome = Milliseconds(5);
  good.connected = Milliseconds(120);
  good.firstFrame = Milliseconds(250);
  good.video.frames = 300;
  good.video.fps = 29.96;
  good.video.longestGap = Milliseconds(48);
  good.receiving = {{Milliseconds(-500), 5, {0, {1280, 720, 30}, 1500, ReceivingLimit::none}},
                    {Milliseconds(1500), 5, {1, {640, 360, 30}, 480, ReceivingLimit::network}},
                    {Milliseconds(2500), 5, {1, {640, 360, 30}, 300, ReceivingLimit::network}}};
  good.ingest = {{Milliseconds(-900), {480, 270, 30, 450}}};
  good.seconds.resize(2);
  good.seconds[1].frames = 29;
  good.seconds[1].bytes = 125000;
  good.seconds[1].audioLost = 2;
  MemberFigures bad;
  bad.name = "load-\"002\"\n";
  bad.failure = "the server refuses join: room is full (too-many)";
  report.members = {good, bad};
  report.server = {{{10, 1, "tessera", 1, 5, 1 << 20, 12}, 0.01},
                   {{11, 10, "tessera-room", 1, 40, 64 << 20, 80}, 0.5},
                   {{12, 10, "tessera-room", 1, 3, 1 << 20, 12}, 0.0}};
  return report;
}

TEST(ReportTest, TheTableNamesWhoFailedAndWhatTheRoomCosts) {
  const LoadReport report = sampleReport();
  EXPECT_EQ(failedMembers(report), 1);
  ASSERT_TRUE(busiestRoom(report));
  EXPECT_EQ(busiestRoom(report)->at.pid, 11);
  const std::string table = tableOf(report);
  EXPECT_THAT(table, HasSubstr("joined and got picture and sound: 1 of 2"));
  EXPECT_THAT(table, HasSubstr("room is full (too-many)"));
  EXPECT_THAT(table, HasSubstr("the room per member: 0.250 cores, 20.0 threads, 32.0 MiB"));
  EXPECT_THAT(table, HasSubstr("30.0")) << "the one without media does not lower the rate";
}

TEST(ReportTest, JsonCarriesTheFiguresAndEscapesNames) {
  const std::string json = jsonOf(sampleReport());
  EXPECT_THAT(json, HasSubstr(R"("failed":1)"));
  EXPECT_THAT(json, HasSubstr(R"("measuredFromUnixMs":1700000000123,"measuredSeconds":10.000)"));
  EXPECT_THAT(json, HasSubstr(R"("tiles":[[8,182,628,356]])"));
  EXPECT_THAT(json, HasSubstr(R"("firstFrameMs":{"count":1,"min":250.000)"));
  EXPECT_THAT(json, HasSubstr(R"("name":"load-\"002\"\u000a")"));
  EXPECT_THAT(json, HasSubstr(R"("firstFrameMs":null)"));
  EXPECT_THAT(json, HasSubstr(R"("rungChanges":1.000,)")) << "another bitrate is none";
  EXPECT_THAT(json,
              HasSubstr(R"({"at":1.500,"level":1,"levels":5,"width":640,"height":360,"fps":30,"kbps":480,)"
                        R"("limit":"network"})"));
  EXPECT_THAT(json, HasSubstr(R"("ingest":[{"at":-0.900,"width":480,"height":270,"fps":30,"kbps":450}])"));
  EXPECT_THAT(json,
              HasSubstr(R"({"at":1,"frames":29,"keyframes":0,"incomplete":0,"lost":0,"kbps":1000.000,)"));
  EXPECT_THAT(json, HasSubstr(R"("audioLost":2)"));
  EXPECT_THAT(json, HasSubstr(R"("roomProcess":{"kind":"tessera-room","pid":11,"cores":0.500)"));
}

TEST(ReportTest, WithoutAMeasurementThereAreNoMediaFigures) {
  LoadReport report = sampleReport();
  report.measuredSeconds = 0;
  EXPECT_THAT(tableOf(report), Not(HasSubstr("fps\n")));
}

ChurnReport sampleChurn() {
  ChurnReport report;
  report.wantedRounds = report.rounds = 20;
  const ProcessSample server{10, 1, "tessera", 1, 5, 3 << 20, 12};
  ProcessSample room{11, 10, "tessera-room", 1, 30, 64 << 20, 40};
  const ProcessSample spare{12, 10, "tessera-room", 1, 4, 12 << 20, 6};
  report.samples = {{10, {server, room, spare}}, {20, {server, room}}};
  report.samples[1].processes[1].cpuSeconds = 9;
  return report;
}

TEST(ChurnReportTest, NothingGrewWhenTheEndIsLikeTheBeginning) {
  ChurnReport report = sampleChurn();
  report.samples[1].processes[1].pssBytes = 68 << 20;
  EXPECT_THAT(growthOf(report), IsEmpty()) << "and a spare may go";
  EXPECT_TRUE(passed(report));
}

TEST(ChurnReportTest, TellsThreadsFilesAndMemoryThatGrew) {
  ChurnReport report = sampleChurn();
  ProcessSample& last = report.samples[1].processes[1];
  last.threads = 40;
  last.openFiles = 50;
  last.pssBytes = 90 << 20;
  EXPECT_THAT(growthOf(report),
              ElementsAre(HasSubstr("30 threads, then 40"), HasSubstr("40 open files, then 50"),
                          HasSubstr("64.0 MiB at half time, then 90.0 MiB")));
  EXPECT_FALSE(passed(report));
  EXPECT_THAT(tableOf(report), HasSubstr("grown: tessera-room (11)"));
  report.samples[0].round = 1;  // memory of the first rounds is no measure
  EXPECT_EQ(growthOf(report).size(), 2u);
}

TEST(ChurnReportTest, MemoryMayFillUpInTheFirstHalfButHasToLevelOff) {
  ChurnReport report = sampleChurn();
  ChurnSample middle = report.samples[0];
  middle.round = 100;
  middle.processes[1].pssBytes = 120 << 20;
  report.samples.insert(report.samples.begin() + 1, middle);
  report.samples[2].round = 200;
  report.samples[2].processes[1].pssBytes = 125 << 20;
  EXPECT_THAT(growthOf(report), IsEmpty());
  report.samples[2].processes[1].pssBytes = 150 << 20;
  EXPECT_THAT(growthOf(report), ElementsAre(HasSubstr("120.0 MiB at half time, then 150.0 MiB")));
}

TEST(ChurnReportTest, AProcessThatDiedAFailedJoinOrAMissingRoundIsNotPassed) {
  ChurnReport died = sampleChurn();
  died.samples[1].processes[1].pid = 99;
  EXPECT_THAT(growthOf(died), ElementsAre(HasSubstr("tessera-room (99) took the place of another")));
  died.samples[1].processes[0].pid = 98;
  EXPECT_THAT(growthOf(died), testing::Contains(HasSubstr("tessera (10) is gone")));
  ChurnReport failed = sampleChurn();
  failed.failures = {"round 3, load-001: no picture"};
  EXPECT_FALSE(passed(failed));
  ChurnReport short_ = sampleChurn();
  short_.rounds = 19;
  EXPECT_FALSE(passed(short_));
}

}  // namespace
}  // namespace tessera::load

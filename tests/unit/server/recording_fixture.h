// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/main_loop.h"
#include "fakes.h"
#include "server/recording_store.h"
#include "temporary_folder.h"
#include "wire/recording_files.h"

namespace tessera::test {

namespace fs = std::filesystem;

inline void writeText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}
inline std::string textOf(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// A store in a folder of its own, with a shell script in place of tessera-post.
class RecordingTest : public testing::Test {
 protected:
  using State = wire::RecordingState;

  RecordingTest() {
    bindMainThread();
    policy.directory = folder.path() + "/recordings";
    policy.minFreeBytes = 0;
    policy.retryAfter = {std::chrono::milliseconds(5)};
    post("exit 0");
  }
  ~RecordingTest() override {
    store_.reset();
    runUntil([] { return g_main_context_iteration(nullptr, FALSE) == FALSE; });
  }

  // $1 is the directory of what is to be finished.
  void post(const std::string& script) {
    environment.program = folder.path() + "/post";
    writeText(environment.program + ".new", "#!/bin/sh\n" + script + "\n");
    chmod((environment.program + ".new").c_str(), 0700);
    fs::rename(environment.program + ".new", environment.program);
  }
  // One that makes the files of a recording as tessera-post does, of what stands in `made`.
  std::string making(const wire::FinishedRecording& made, const std::string& name) {
    const std::string base = policy.directory + "/" + name;
    std::string script = "echo '{\"progress\":0.5}'\n";
    for (const std::string& file : filesOf(made))
      script += fmt::format("echo media > {}/{}\n", policy.directory, file);
    writeText(folder.path() + "/made.json", encode(made));
    return script + fmt::format("cp {}/made.json {}.json && rm -r $1", folder.path(), base);
  }
  static std::vector<std::string> filesOf(const wire::FinishedRecording& made) {
    std::vector<std::string> files{made.file, made.poster};
    for (const auto& track : made.tracks) files.push_back(track.file);
    return files;
  }
  static wire::FinishedRecording finished(const RecordingId& id, const std::string& name) {
    wire::FinishedRecording made;
    made.id = id;
    made.room = {"here"};
    made.startedAtMs = 1'767'225'600'000;
    made.endedAtMs = made.startedAtMs + 5'000;
    made.durationMs = 5'000;
    made.bytes = 18;
    made.file = name + ".mp4";
    made.poster = name + ".jpg";
    made.tracks = {{{"k3v9x0q2m7ab"}, "Ada", name + "-k3v9x0q2m7ab.ogg"}};
    return made;
  }
  // A complete one on the disk.
  void leaveComplete(const RecordingId& id, const std::string& name,
                     std::int64_t endedAtMs = 1'767'225'605'000) {
    fs::create_directories(policy.directory + "/.work");
    wire::FinishedRecording made = finished(id, name);
    made.endedAtMs = endedAtMs;
    for (const std::string& file : filesOf(made)) writeText(policy.directory + "/" + file, "media");
    writeText(policy.directory + "/" + name + ".json", encode(made));
  }
  // One that a server that died has left.
  std::string leaveUnfinished(const RecordingId& id, const std::string& name, int attempts = 0) {
    const std::string work = policy.directory + "/.work/" + id.value;
    fs::create_directories(work);
    wire::RecordingPlan plan;
    plan.id = id;
    plan.room = {"here"};
    plan.name = name;
    plan.startedAtMs = 1'767'225'600'000;
    plan.attempts = attempts;
    writeText(work + "/recording.json", encode(plan));
    writeText(work + "/part-0001.mkv", "0123456789");
    writeText(work + "/part-0001.jsonl",
              "{\"unixMs\":1767225600000,\"mediaMs\":0,\"event\":\"start\"}\n"
              "{\"unixMs\":1767225603000,\"mediaMs\":3000,\"event\":\"tick\"}\n{\"unixMs\":17672");
    return work;
  }

  server::RecordingStore& store() {
    if (!store_) {
      store_ = std::make_unique<server::RecordingStore>(
          policy, environment, [this](const wire::RecordingInfo& info, const std::string& path) {
            finals.emplace_back(info, path);
          });
      store_->open();
    }
    return *store_;
  }
  void restart() { store_.reset(); }
  Result<wire::RecordingInfo> begin() {
    return store().begin({"here"}, {}, [this](const RecordingId& id, const Error& why) {
      stops.emplace_back(id, why.text);
      store().finish(id, why);
    });
  }
  std::optional<State> stateOf(const RecordingId& id) {
    const auto info = store().describe(id);
    return info ? std::optional(info->state) : std::nullopt;
  }
  bool reaches(const RecordingId& id, State state) {
    return runUntil([&] { return stateOf(id) == state; });
  }
  wire::RecordingPlan planOf(const RecordingId& id) {
    const auto plan = wire::decodeRecordingPlan(textOf(store().directoryOf(id) + "/recording.json"));
    EXPECT_TRUE(plan.has_value());
    return plan.value_or(wire::RecordingPlan{});
  }
  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& each : fs::recursive_directory_iterator(policy.directory))
      if (each.is_regular_file()) names.push_back(each.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder;
  server::RecordingPolicy policy;
  server::PostRunner::Environment environment;
  std::vector<std::pair<wire::RecordingInfo, std::string>> finals;
  std::vector<std::pair<RecordingId, std::string>> stops;

 private:
  std::unique_ptr<server::RecordingStore> store_;
};

}  // namespace tessera::test

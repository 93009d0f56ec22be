// SPDX-License-Identifier: Apache-2.0
// What the fuzzers do without end (tests/fuzz), in short and repeatably: mutated examples through every
// decoder. Nothing may crash, and what is accepted must survive its own codec.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "examples.h"
#include "wire/api_messages.h"

namespace tessera::wire {
namespace {

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

  std::string next() {
    std::string text = pick(seeds_);
    for (std::size_t i = below(4); i-- > 0 && !text.empty();) mutate(text);
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

  void mutate(std::string& text) {
    static const std::vector<std::string> kWords{"null",
                                                 "true",
                                                 "-1",
                                                 "1e999",
                                                 "99999999999999999999",
                                                 "1.5",
                                                 "\"\"",
                                                 "[]",
                                                 "{}",
                                                 "[[[[[[[[[[[[[[[[[[",
                                                 "\\u0000",
                                                 "\\ud800",
                                                 "\\\"",
                                                 "/*",
                                                 "\xff",
                                                 "\xf4\x90\x80\x80",
                                                 "\u202e",
                                                 "\"type\":",
                                                 ",",
                                                 ":",
                                                 "\n",
                                                 std::string(1, '\0')};
    const std::size_t at = below(text.size());
    switch (below(6)) {
      case 0:
        text[at] = static_cast<char>(random_());
        break;
      case 1:
        text.erase(at, 1 + below(20));
        break;
      case 2:
        text.insert(at, pick(kWords));
        break;
      case 3: {  // a piece of another example
        const std::string& other = pick(seeds_);
        text.insert(at, other.substr(below(other.size()), 1 + below(60)));
        break;
      }
      case 4:  // a value in place of what follows a colon
        if (const auto colon = text.find(':', at); colon != std::string::npos)
          text.replace(colon + 1, 1 + below(12), pick(kWords));
        break;
      default:
        text.insert(at, text.substr(at, 1 + below(40)));
    }
  }

  std::vector<std::string> seeds_;
  std::mt19937 random_{20260101};  // the same run each time
};

template <class Decode, class Encode>
bool survives(const std::string& text, Decode decode, Encode encodeAgain) {
  const auto message = decode(text);
  if (!message) {
    EXPECT_FALSE(message.error().text.empty());
    return false;
  }
  const std::string once = encodeAgain(*message);
  const auto again = decode(once);
  EXPECT_TRUE(again.has_value()) << again.error().text << "\n" << text;
  EXPECT_TRUE(again && encodeAgain(*again) == once) << text;
  return true;
}

TEST(Mutation, NothingCrashesAndWhatIsAcceptedIsStable) {
  std::vector<std::string> seeds;
  for (const Example& example : protocolExamples()) seeds.push_back(example.json);
  for (const ToRoom& message : toRoomExamples()) seeds.push_back(encode(message, 1));
  for (const FromRoom& message : fromRoomExamples()) seeds.push_back(encode(message, 1));
  ASSERT_GT(seeds.size(), 30u);

  const auto plain = [](const auto& message) { return encode(message); };
  const auto line = [](const auto& message) { return encode(message, 1); };
  Mutator mutator(std::move(seeds));
  constexpr int kRounds = 20'000;
  int accepted = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    const std::string text = mutator.next();
    accepted += survives(text, decodeFromClient, plain);
    accepted += survives(text, decodeToClient, plain);
    accepted += survives(text, decodeToRoom, line);
    accepted += survives(text, decodeFromRoom, line);
    accepted += decodeCreateRoom(text).has_value();
    accepted += decodePatchRoom(text).has_value();
    accepted += decodePatchParticipant(text).has_value();
    claimedType(text);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  RecordProperty("seconds", std::to_string(seconds.count()));
  EXPECT_GT(accepted, kRounds / 20) << "the mutations leave nothing valid: they test only the scan";
  EXPECT_LT(accepted, kRounds * 2) << "the mutations change too little";
}

}  // namespace
}  // namespace tessera::wire

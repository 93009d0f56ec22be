// SPDX-License-Identifier: Apache-2.0
// The playout delay against what the jitter needs: its mean is at most half as much again.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "pipelines/mix/playout_delay.h"

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;

double ms(Nanos time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  Nanos uniform(double from, double to) { return of(std::uniform_real_distribution<>(from, to)(engine_)); }
  Nanos exponential(double least, double mean) {
    return of(least + std::exponential_distribution<>(1 / mean)(engine_));
  }
  Nanos normal(double mean, double deviation) {
    return of(std::max(0.0, std::normal_distribution<>(mean, deviation)(engine_)));
  }
  bool chance(double of) { return std::uniform_real_distribution<>(0, 1)(engine_) < of; }

 private:
  static Nanos of(double milliseconds) { return Nanos(static_cast<Nanos::rep>(milliseconds * 1e6)); }
  std::mt19937 engine_;
};

struct Jitter {
  std::string name;
  std::function<Nanos(Random&, Nanos captured)> lateness;
};

struct Outcome {
  double meanMs = 0;
  double neededMs = 0;  // so that 98 % of the sound is in time
  double late = 0;      // share of the sound that was not
  double endMs = 0;
};

// Sound and picture of one sender for two minutes; the first 5 s are not judged.
Outcome simulate(const std::function<Nanos(Random&, Nanos)>& lateness, unsigned seed, Nanos length = 120s) {
  struct Arrival {
    Nanos at, captured;
    bool sound;
  };
  Random random(seed);
  std::vector<Arrival> arrivals;
  constexpr Nanos kStart = 500s;
  for (Nanos t{0}; t < length; t += 20ms)
    arrivals.push_back({kStart + t + lateness(random, t), kStart + t, true});
  for (Nanos t{0}; t < length; t += 33ms)
    arrivals.push_back({kStart + t + lateness(random, t), kStart + t, false});
  std::ranges::stable_sort(arrivals, {}, &Arrival::at);

  const auto delay = PlayoutDelay::create();
  std::vector<double> latenesses;
  double sum = 0;
  int late = 0;
  Nanos last = kStart + 5s;
  for (const auto& [at, captured, sound] : arrivals) {
    if (captured >= kStart + 5s) {
      sum += ms(delay->value()) * ms(at - last);
      last = at;
      if (sound) latenesses.push_back(ms(at - captured));
      if (sound && at - captured > delay->value()) ++late;
    }
    if (sound) {
      delay->observeAudio(captured, at);
    } else {
      delay->observeVideo(captured, at);
    }
  }
  std::ranges::sort(latenesses);
  const auto count = static_cast<double>(latenesses.size());
  return {sum / ms(last - kStart - 5s), latenesses[static_cast<std::size_t>(0.98 * count)], late / count,
          ms(delay->value())};
}

class PlayoutJitter : public testing::TestWithParam<Jitter> {};

TEST_P(PlayoutJitter, CostsWhatItNeedsAndLittleMore) {
  for (const unsigned seed : {1, 2, 3, 4}) {
    const Outcome outcome = simulate(GetParam().lateness, seed);
    EXPECT_LE(outcome.meanMs, 1.5 * outcome.neededMs);
    EXPECT_LE(outcome.late, 0.03);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ways, PlayoutJitter,
    testing::Values(Jitter{"none", [](Random&, Nanos) { return Nanos(5ms); }},
                    Jitter{"noneFarAway", [](Random&, Nanos) { return Nanos(60ms); }},
                    Jitter{"little", [](Random& random, Nanos) { return random.uniform(5, 9); }},
                    Jitter{"twenty", [](Random& random, Nanos) { return random.uniform(30, 70); }},
                    Jitter{"skewed", [](Random& random, Nanos) { return random.exponential(5, 10); }},
                    Jitter{"veryskewed", [](Random& random, Nanos) { return random.exponential(5, 30); }},
                    Jitter{"normal", [](Random& random, Nanos) { return random.normal(40, 10); }},
                    Jitter{"oneInTwoHundredLate",
                           [](Random& random, Nanos) {
                             return random.chance(0.005) ? Nanos(150ms) : random.uniform(5, 15);
                           }},
                    Jitter{"oneInThirtyLate",
                           [](Random& random, Nanos) {
                             return random.chance(0.033) ? Nanos(150ms) : random.uniform(5, 15);
                           }},
                    // All that was held up comes at once.
                    Jitter{"stallsNowAndThen",
                           [](Random& random, Nanos at) {
                             const Nanos in = at % 10s;
                             return in < 150ms ? 160ms - in : random.uniform(8, 12);
                           }},
                    Jitter{"stallsOften",
                           [](Random& random, Nanos at) {
                             const Nanos in = at % 3s;
                             return in < 150ms ? 160ms - in : random.uniform(8, 12);
                           }}),
    [](const auto& way) { return way.param.name; });

// Some seconds of much jitter and then none: the mean of the whole is near what each part needs.
TEST(PlayoutJitterChange, IsFollowedBothWays) {
  const auto changing = [](Random& random, Nanos at) {
    return at % 30s < 10s ? random.uniform(10, 110) : random.uniform(8, 12);
  };
  for (const unsigned seed : {1, 2, 3}) {
    const Outcome outcome = simulate(changing, seed, 125s);
    const double needed = (10 * 108 + 20 * 12) / 30.0;
    EXPECT_LE(outcome.meanMs, 1.5 * needed);
    EXPECT_LE(outcome.late, 0.03);
  }
}

// A second in which nothing came, and then what the sender had kept.
TEST(PlayoutJitterChange, AnOutageIsForgotten) {
  const auto outage = [](Random& random, Nanos at) {
    const Nanos in = at - 20s;
    return in >= 0s && in < 1s ? 1010ms - in : random.uniform(8, 12);
  };
  for (const unsigned seed : {1, 2, 3}) EXPECT_LE(simulate(outage, seed, 32s).endMs, 16);
}

}  // namespace
}  // namespace tessera::mix

// SPDX-License-Identifier: Apache-2.0
#include "speech.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

namespace tessera::mix::test {
namespace {

constexpr double kFull = 32768;
constexpr std::size_t kBlock = kSampleRate / 100;
constexpr double kVoicedEnd = 0.06;  // seconds, of a cough

std::int16_t rounded(double value) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -kFull, kFull - 1)));
}

double amplitudeOf(double levelDb) {
  return kFull * std::pow(10, levelDb / 20);
}

template <typename Number>
Number numberAt(const std::vector<char>& bytes, std::size_t at) {
  Number value{};
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

Samples resampled(const Samples& in, double rate) {
  if (in.size() < 2) return {};
  Samples out(static_cast<std::size_t>(static_cast<double>(in.size() - 1) * kSampleRate / rate));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double position = static_cast<double>(i) * rate / kSampleRate;
    const auto whole = static_cast<std::size_t>(position);
    const double part = position - static_cast<double>(whole);
    out[i] = rounded(in[whole] * (1 - part) + in[whole + 1] * part);
  }
  return out;
}

// Two poles at a frequency, with a bandwidth.
class Resonance {
 public:
  Resonance(double hertz, double bandwidth) {
    const double radius = std::exp(-std::numbers::pi * bandwidth / kSampleRate);
    a1_ = 2 * radius * std::cos(2 * std::numbers::pi * hertz / kSampleRate);
    a2_ = -radius * radius;
    gain_ = 1 - radius;
  }
  double operator()(double x) {
    const double y = gain_ * x + a1_ * y1_ + a2_ * y2_;
    y2_ = y1_;
    y1_ = y;
    return y;
  }

 private:
  double a1_, a2_, gain_, y1_ = 0, y2_ = 0;
};

}  // namespace

Samples readWav(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  double rate = 0;
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const auto size = numberAt<std::uint32_t>(bytes, at + 4);
    const std::string id(bytes.data() + at, 4);
    at += 8;
    if (id == "fmt ") rate = numberAt<std::uint32_t>(bytes, at + 4);
    if (id == "data" && rate > 0) {
      Samples samples(std::min<std::size_t>(size, bytes.size() - at) / 2);
      std::memcpy(samples.data(), bytes.data() + at, samples.size() * 2);
      return resampled(samples, rate);
    }
    at += size + size % 2;
  }
  return {};
}

Samples trimmed(const Samples& samples) {
  const double threshold = rmsDb(samples) - 25;
  const auto loud = [&](std::size_t at) { return rmsDb({samples.data() + at, kBlock}) > threshold; };
  std::size_t begin = 0, end = samples.size();
  while (begin + kBlock < end && !loud(begin)) begin += kBlock;
  while (end >= begin + 2 * kBlock && !loud(end - kBlock)) end -= kBlock;
  return {samples.begin() + static_cast<std::ptrdiff_t>(begin),
          samples.begin() + static_cast<std::ptrdiff_t>(end)};
}

namespace {

Samples speak(const std::string& voice, const std::string& text) {
  std::string folder = (std::filesystem::temp_directory_path() / "tessera-speech-XXXXXX").string();
  if (!mkdtemp(folder.data())) return {};
  const std::string file = folder + "/spoken.wav";
  const std::string command = "espeak-ng -v " + voice + " -w " + file + " '" + text + "'";
  const bool worked = std::system(command.c_str()) == 0;  // NOLINT: fixed words of the tests
  Samples samples = worked ? readWav(file) : Samples{};
  std::filesystem::remove_all(folder);
  return samples.empty() ? samples : trimmed(samples);
}

}  // namespace

Samples espeak(const std::string& voice, const std::string& text) {
  static std::map<std::string, Samples> spoken;
  auto [at, isNew] = spoken.try_emplace(voice + ":" + text);
  if (isNew) at->second = speak(voice, text);
  return at->second;
}

Samples alsaWord(const std::string& name) {
  const Samples samples = readWav("/usr/share/sounds/alsa/" + name + ".wav");
  return samples.empty() ? samples : trimmed(samples);
}

Samples noise(Colour colour, double levelDb, std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::array<double, 3> state{};
  Samples out(count);
  for (auto& sample : out) {
    double value = normal(random);
    if (colour == Colour::pink) {  // Paul Kellet's filter, within 0.5 dB of 3 dB per octave
      state[0] = 0.99765 * state[0] + value * 0.0990460;
      state[1] = 0.96300 * state[1] + value * 0.2965164;
      state[2] = 0.57000 * state[2] + value * 1.0526913;
      value = state[0] + state[1] + state[2] + value * 0.1848;
    }
    sample = rounded(value * 1000);
  }
  return atLevel(std::move(out), levelDb);
}

Samples cough(double levelDb, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> vary(0.85, 1.15);
  std::uniform_int_distribution<std::size_t> length(kSampleRate * 15 / 100, kSampleRate * 30 / 100);
  std::array<Resonance, 3> throat{Resonance(450 * vary(random), 250 * vary(random)),
                                  Resonance(1300 * vary(random), 400 * vary(random)),
                                  Resonance(2600 * vary(random), 700 * vary(random))};
  Samples out(length(random));
  const bool voiced = seed % 2 == 1;
  const auto period = static_cast<std::size_t>(kSampleRate / (160 * vary(random)));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / kSampleRate;
    const double left = static_cast<double>(out.size() - i) / kSampleRate;
    const double burst = std::min(t / 0.004, 1.0) * std::exp(-t / 0.03);
    const double breath = std::min(t / 0.02, 1.0) * 0.4 * std::exp(-t / 0.12);
    double value = normal(random) * (burst + breath) * std::min(left / 0.03, 1.0);
    if (voiced && left < kVoicedEnd && i % period == 0) value += 40 * breath * left / kVoicedEnd;
    out[i] = rounded(8000 * (throat[0](value) * 1.5 + throat[1](value) + throat[2](value) + value * 0.02));
  }
  return atLevel(std::move(out), levelDb);
}

Samples click(double amplitude, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> vary(0.7, 1.4);
  Resonance body(2200 * vary(random), 900 * vary(random));
  Samples out(kSampleRate / 50);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = rounded(20 * amplitude * body(i < 20 ? vary(random) : 0));
  return out;
}

Samples silence(double seconds) {
  return Samples(static_cast<std::size_t>(seconds * kSampleRate), 0);
}

Samples atLevel(Samples samples, double levelDb) {
  const double gain = amplitudeOf(levelDb - rmsDb(samples)) / kFull;
  for (auto& sample : samples) sample = rounded(sample * gain);
  return samples;
}

Samples join(std::vector<Samples> parts) {
  Samples out;
  for (const Samples& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Samples mixed(const Samples& a, const Samples& b) {
  Samples out(a);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = rounded(1.0 * a[i] + b[i % b.size()]);
  return out;
}

}  // namespace tessera::mix::test

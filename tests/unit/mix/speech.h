// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tones.h"

// What a microphone picks up, for the tests of what listens to it: real and synthetic voices, noise, coughs
// and clicks. 48 kHz mono; the same every time.

namespace tessera::mix::test {

// A 16-bit PCM WAV file of any rate, brought to 48 kHz by linear interpolation; empty when it is none.
Samples readWav(const std::string& path);

// espeak-ng saying `text`, cut to where it begins and ends; empty when that does not work. Made once.
Samples espeak(const std::string& voice, const std::string& text);
// One of the words of alsa-utils ("Front_Center"), cut likewise.
Samples alsaWord(const std::string& name);
Samples trimmed(const Samples& samples);

enum class Colour { white, pink };
Samples noise(Colour colour, double levelDb, std::size_t count, unsigned seed = 1);
// An explosive onset and breath through the throat's resonances, 150 to 300 ms, every second one with a
// voiced end of 60 ms. Each seed makes another.
Samples cough(double levelDb, unsigned seed);
Samples click(double amplitude, unsigned seed);

Samples silence(double seconds);
Samples atLevel(Samples samples, double levelDb);  // RMS over all of it, dBov
Samples join(std::vector<Samples> parts);
Samples mixed(const Samples& a, const Samples& b);  // as long as `a`; `b` repeats

}  // namespace tessera::mix::test

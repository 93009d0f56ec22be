// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdio>
#include <string>

namespace tessera::post {

// What the program exits with.
enum class Outcome { done = 0, hopeless = 1, wrongCall = 2, later = 3 };

// Makes the finished recording of `work` (DIRECTORY/.work/ID) in DIRECTORY, as docs/recording.md says. Prints
// news, one of wire::PostNews a line.
Outcome makeRecording(const std::string& work, std::FILE* news);

}  // namespace tessera::post

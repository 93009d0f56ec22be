// SPDX-License-Identifier: Apache-2.0
// write_corpus <folder>: the seeds of the wire's fuzzers, one file each.
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "examples.h"

int main(int argc, char** argv) {
  using namespace tessera::wire;
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_corpus FOLDER\n");
    return 2;
  }
  std::vector<std::string> seeds;
  for (const Example& example : protocolExamples()) seeds.push_back(example.json);
  for (const ToRoom& message : toRoomExamples()) seeds.push_back(encode(message, 1));
  for (const FromRoom& message : fromRoomExamples()) seeds.push_back(encode(message, 1));
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    std::ofstream file(std::string(argv[1]) + "/" + std::to_string(i) + ".json", std::ios::binary);
    file << seeds[i];
    if (!file.flush()) {
      std::fprintf(stderr, "%s: cannot be written to\n", argv[1]);
      return 1;
    }
  }
  return seeds.empty() ? 1 : 0;
}

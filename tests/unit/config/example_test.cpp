// SPDX-License-Identifier: Apache-2.0
// config/tessera.example.toml is documentation that users copy: it must be complete and true.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/loader.h"

namespace tessera::config {
namespace {

struct Line {
  std::string value;
  bool explained = false;  // a comment stands above it, or above the keys right above it
};

// "section.key" to what the file says of it.
std::map<std::string, Line> exampleLines() {
  std::map<std::string, Line> lines;
  std::ifstream file(TESSERA_EXAMPLE);
  std::string text, section;
  bool explained = false;
  while (std::getline(file, text)) {
    if (text.empty()) {
      explained = false;
      if (section == "[template]") section.clear();
    } else if (section == "[template]") {
      continue;  // it has no keys of its own
    } else if (text.starts_with("#")) {
      explained = true;
    } else if (text.starts_with("[")) {
      section = text.substr(1, text.size() - 2);
      explained = false;
    } else if (const auto equals = text.find(" = "); equals != std::string::npos) {
      const bool fresh =
          lines.emplace(section + "." + text.substr(0, equals), Line{text.substr(equals + 3), explained})
              .second;
      EXPECT_TRUE(fresh) << text;
    } else {
      ADD_FAILURE() << "neither comment, section nor key: " << text;
    }
  }
  return lines;
}

TEST(Example, HoldsEveryKeyWithItsDefaultAndAReason) {
  const auto lines = exampleLines();
  const Settings defaultSettings;
  for (const Key& key : keys()) {
    const auto it = lines.find(key.fullName());
    ASSERT_NE(it, lines.end()) << key.fullName() << " is missing";
    EXPECT_EQ(it->second.value, key.show(defaultSettings)) << key.fullName();
    EXPECT_TRUE(it->second.explained) << key.fullName();
  }
  EXPECT_EQ(lines.size(), keys().size()) << "the example has keys that the code does not know";
}

TEST(Example, IsAValidConfigurationThatChangesNothing) {
  std::ifstream file(TESSERA_EXAMPLE);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(text.empty()) << "cannot read " << TESSERA_EXAMPLE;
  const auto settings = parse(text, "example", {});
  ASSERT_TRUE(settings.has_value()) << settings.error().text;
  EXPECT_EQ(describe(*settings), describe(parse("", "", {}).value()));
  EXPECT_EQ(settings->templates.size(), 1u);
}

TEST(Example, OfTablesAreSuchWithoutTheirCommentSigns) {
  std::ifstream file(TESSERA_EXAMPLE);
  std::string toml;
  for (std::string line; std::getline(file, line);)
    if (line.size() > 1 && line[0] == '#' && (line[1] != ' ' || line[2] == ' '))
      toml += line.substr(1) + "\n";
  const auto settings = parse(toml, "example", {});
  ASSERT_TRUE(settings.has_value()) << settings.error().text << "\n" << toml;
  ASSERT_EQ(settings->room.look.customLayouts.size(), 1u);
  EXPECT_EQ(settings->room.look.customLayouts[0].regions.size(), 3u);
  EXPECT_EQ(settings->roomSources.size(), 1u);
  EXPECT_EQ(settings->room.rungs.size(), 4u);
  EXPECT_EQ(settings->room.rungs, ladderOf(Room{})) << "they are what is used without any";
}

}  // namespace
}  // namespace tessera::config

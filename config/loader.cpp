// SPDX-License-Identifier: Apache-2.0
#include "config/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "config/entries.h"
#include "config/environment.h"
#include "config/files.h"
#include "config/keys.h"
#include "config/layouts.h"
#include "config/nearest.h"
#include "config/rungs.h"
#include "config/sources.h"
#include "config/templates.h"
#include "config/toml_reader.h"

namespace tessera::config {
namespace {

constexpr std::size_t kMaxSecretBytes = 4096;
constexpr int kMinUdpPorts = 4;
constexpr int kMinUdpPort = 1024;
constexpr std::array kTables{"layout", "rung", "source", "template"};

class Loader {
 public:
  void addFile(std::string_view toml, const std::string& file) {
    auto read = readToml(toml, file);
    if (!read) return errors_.add("{}", read.error().text);
    for (RawEntry& entry : read->entries) {
      if (const Key* key = findKey(entry.section, entry.key))
        file_.push_back({key, std::move(entry.value), std::move(entry.where)});
      else
        unknownKey(entry);
    }
    for (const RawTable& table : read->tables)
      if (std::find(kTables.begin(), kTables.end(), table.name) == kTables.end())
        errors_.addUnknown(table.where, table.name, {kTables.begin(), kTables.end()});
    tables_ = std::move(read->tables);
  }

  void addEnvironment(const Environment& environment) {
    std::vector<std::string> known;
    for (const Key& key : keys()) {
      known.push_back(variableOf(key));
      if (const auto it = environment.find(known.back()); it != environment.end())
        variables_.push_back({&key, fromVariable(key, it->second), known.back()});
    }
    for (const auto& [name, value] : environment) nearMiss(name, known);
  }

  Result<Settings> finish() {
    std::erase_if(file_, [&](const Given& given) {  // the environment overrides, in either spelling
      return std::any_of(variables_.begin(), variables_.end(), [&](const Given& variable) {
        return given.key->section == variable.key->section && given.key->target() == variable.key->target();
      });
    });
    for (const auto* layer : {&file_, &variables_})
      for (const Given& given : *layer) apply(given);
    settings_.room.look.customLayouts = readLayouts(tables_, errors_);
    settings_.room.rungs = readRungs(tables_, "rung", errors_);
    settings_.templates = readTemplates(tables_, settings_, errors_);
    settings_.roomSources = readSources(tables_, settings_.sources, errors_);
    if (errors_.none()) checkTogether();
    if (!errors_.none()) return fail(ErrorCode::config, "{}", errors_.text());
    return std::move(settings_);
  }

 private:
  struct Given {
    const Key* key;
    RawValue value;
    std::string where;
  };

  void unknownKey(const RawEntry& entry) {
    for (const std::string_view tables : kTables)
      if (entry.section == tables || (entry.section.empty() && entry.key == tables))
        return errors_.add("{}: {}: expected to be written as [[{}]], one for each", entry.where, tables,
                           tables);
    std::vector<std::string> names;
    for (const Key& key : keys()) {
      names.push_back(key.fullName());
      if (key.name == entry.key)  // the right key in the wrong section
        return errors_.add("{}: unknown key {}; did you mean {}?", entry.where, shown(entry), key.fullName());
    }
    errors_.addUnknown(entry.where, shown(entry), names);
  }

  static std::string shown(const RawEntry& entry) {
    return entry.section.empty() ? entry.key : entry.section + "." + entry.key;
  }

  // Other TESSERA_… variables are not ours, but one that is nearly right is a mistake.
  void nearMiss(const std::string& name, const std::vector<std::string>& known) {
    constexpr std::size_t kTypo = 2;
    for (const std::string& each : known)
      if (name == each) return;
    for (const std::string& each : known)
      if (editDistance(name, each) <= kTypo)
        return errors_.add("{}: unknown environment variable; did you mean {}?", name, each);
  }

  void apply(const Given& given) {
    const Key& key = *given.key;
    if (!key.fileOf.empty()) return applySecretFile(given);
    if (key.secret && !isEmpty(given.value)) claim(given);
    setKey(key, given.value, given.where, settings_, errors_);
  }

  static bool isEmpty(const RawValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text && text->empty();
  }

  // A secret may be given in one spelling only.
  void claim(const Given& given) {
    const std::string target = fmt::format("{}.{}", given.key->section, given.key->target());
    if (!claimed_.insert(target).second)
      errors_.add("{}: give either {} or {}_file, not both", given.where, target, given.key->target());
  }

  void applySecretFile(const Given& given) {
    const auto* path = std::get_if<std::string>(&given.value);
    if (!path)
      return errors_.add("{}: {}: expected {}, got {}", given.where, given.key->fullName(),
                         given.key->expects, describe(given.value));
    if (path->empty()) return;
    claim(given);
    auto content = readFile(*path, kMaxSecretBytes);
    if (!content) return errors_.add("{}: {}: {}", given.where, given.key->fullName(), content.error().text);
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    const Key* key = findKey(given.key->section, given.key->fileOf);
    if (content->empty() || !key->set(settings_, *content))
      errors_.add("{}: {}: expected {} in {}", given.where, given.key->fullName(), key->expects, *path);
  }

  // What no single key can tell. Named by the key, at the place of it when it was given.
  void checkTogether() {
    const Listen& listen = settings_.listen;
    const Media& media = settings_.media;
    if (listen.addresses.empty()) wrong("listen.addresses", "expected at least one");
    if (listen.tlsCertificateFile.empty() != listen.tlsKeyFile.empty())
      wrong(listen.tlsKeyFile.empty() ? "listen.tls_certificate_file" : "listen.tls_key_file",
            "expected listen.tls_certificate_file and listen.tls_key_file, both or neither");
    if (listen.tlsSelfSigned && !listen.tlsCertificateFile.empty())
      wrong("listen.tls_self_signed", "expected false beside listen.tls_certificate_file");
    if (!media.turnServers.empty() && media.turnSecret.empty())
      wrong("media.turn_servers", "expected media.turn_secret or media.turn_secret_file with it");
    checkPorts(media.minUdpPort, media.maxUdpPort);
    const Look& look = settings_.room.look;
    if (look.layout == LayoutKind::custom && !isLayout(look, look.customLayout))
      wrong("picture.layout", fmt::format("there is no layout {}", look.customLayout));
  }

  void checkPorts(int min, int max) {
    if (min == 0 && max == 0) return;
    if (min < kMinUdpPort)
      wrong("media.min_udp_port", fmt::format("expected {} to 65535, or 0 for both ends", kMinUdpPort));
    else if (max - min + 1 < kMinUdpPorts)
      wrong("media.max_udp_port",
            fmt::format("expected a range of at least {} ports, got {} to {}", kMinUdpPorts, min, max));
  }

  void wrong(std::string_view fullName, std::string_view what) {
    for (const auto* layer : {&variables_, &file_})
      for (const Given& given : *layer)
        if (given.key->fullName() == fullName) return errors_.add("{}: {}: {}", given.where, fullName, what);
    errors_.add("{}: {}", fullName, what);
  }

  std::vector<Given> file_;
  std::vector<Given> variables_;
  std::set<std::string> claimed_;
  std::vector<RawTable> tables_;
  Errors errors_;
  Settings settings_;
};

}  // namespace

Result<Settings> parse(std::string_view toml, const std::string& file, const Environment& environment) {
  Loader loader;
  loader.addFile(toml, file);
  loader.addEnvironment(environment);
  return loader.finish();
}

}  // namespace tessera::config

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "config/checks.h"
#include "config/keys.h"

// What keys.cpp declares its table with. `at` is a function from settings to the member: [](auto& s) ->
// auto&.

namespace tessera::config {

struct Range {
  std::int64_t min, max, step = 1;
  bool zeroToo = false;
  bool holds(std::int64_t value) const {
    return (value >= min && value <= max && value % step == 0) || (zeroToo && value == 0);
  }
};

template <class E>
struct Named {
  std::string_view name;
  E value;
};

using Check = bool (*)(std::string_view);

inline std::string inQuotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

inline std::string quotedList(const std::vector<std::string>& list) {
  std::string out = "[";
  for (const std::string& text : list) out.append(out.size() > 1 ? ", " : "").append(inQuotes(text));
  return out + "]";
}

template <class At>
Key boolean(std::string_view section, std::string_view name, At at) {
  return {section,
          name,
          Kind::boolean,
          "true or false",
          [at](Settings& s, const RawValue& raw) {
            const bool* value = std::get_if<bool>(&raw);
            if (value) at(s) = *value;
            return value != nullptr;
          },
          [at](const Settings& s) { return std::string(at(s) ? "true" : "false"); }};
}

inline std::string expectsInteger(Range range) {
  return fmt::format("{}{} from {} to {}", range.zeroToo ? "0 or " : "",
                     range.step == 2 ? "an even integer" : "an integer", range.min, range.max);
}

template <class At>
Key integer(std::string_view section, std::string_view name, Range range, At at) {
  return {section,
          name,
          Kind::integer,
          expectsInteger(range),
          [at, range](Settings& s, const RawValue& raw) {
            const auto* value = std::get_if<std::int64_t>(&raw);
            if (!value || !range.holds(*value)) return false;
            at(s) = static_cast<int>(*value);
            return true;
          },
          [at](const Settings& s) { return std::to_string(at(s)); }};
}

template <class At>
Key seconds(std::string_view section, std::string_view name, Range range, At at) {
  return {section,
          name,
          Kind::integer,
          expectsInteger(range) + " (seconds)",
          [at, range](Settings& s, const RawValue& raw) {
            const auto* value = std::get_if<std::int64_t>(&raw);
            if (!value || !range.holds(*value)) return false;
            at(s) = std::chrono::seconds(*value);
            return true;
          },
          [at](const Settings& s) { return std::to_string(at(s).count()); }};
}

template <class At>
Key colour(std::string_view section, std::string_view name, At at) {
  return {section,
          name,
          Kind::text,
          R"(a colour as "#rrggbb")",
          [at](Settings& s, const RawValue& raw) {
            const auto* text = std::get_if<std::string>(&raw);
            unsigned rgb = 0;
            if (!text || text->size() != 7 || text->front() != '#') return false;
            const char *begin = text->data() + 1, *end = text->data() + text->size();
            if (const auto parsed = std::from_chars(begin, end, rgb, 16); parsed.ptr != end) return false;
            at(s) = Rgb{static_cast<std::uint8_t>(rgb >> 16), static_cast<std::uint8_t>(rgb >> 8),
                        static_cast<std::uint8_t>(rgb)};
            return true;
          },
          [at](const Settings& s) {
            const Rgb& rgb = at(s);
            return fmt::format("\"#{:02x}{:02x}{:02x}\"", rgb.red, rgb.green, rgb.blue);
          }};
}

// A text that is empty or passes `check`.
template <class At>
Key text(std::string_view section, std::string_view name, std::string expects, Check check, At at) {
  return {section,
          name,
          Kind::text,
          std::move(expects),
          [at, check](Settings& s, const RawValue& raw) {
            const auto* value = std::get_if<std::string>(&raw);
            if (!value || !isUtf8Line(*value) || !(value->empty() || check(*value))) return false;
            at(s) = *value;
            return true;
          },
          [at](const Settings& s) { return inQuotes(at(s)); }};
}

template <class At>
Key neededText(std::string_view section, std::string_view name, std::string expects, Check check, At at) {
  Key key = text(section, name, std::move(expects), check, at);
  key.set = [set = std::move(key.set)](Settings& s, const RawValue& raw) {
    const auto* value = std::get_if<std::string>(&raw);
    return value && !value->empty() && set(s, raw);
  };
  return key;
}

template <class At>
Key secret(std::string_view section, std::string_view name, std::string expects, Check check, At at) {
  Key key = text(section, name, std::move(expects), check, at);
  key.show = [at](const Settings& s) { return std::string(at(s).empty() ? "\"\"" : "(set)"); };
  key.secret = true;
  return key;
}

// The loader reads the file and sets the key `of` to what is in it.
inline Key secretFile(std::string_view section, std::string_view name, std::string_view of) {
  Key key{section, name, Kind::text, "the path of a file"};
  key.show = [](const Settings&) { return std::string("\"\""); };
  key.fileOf = of;
  return key;
}

template <class At>
Key list(std::string_view section, std::string_view name, std::string expects, Check check, At at) {
  return {section,
          name,
          Kind::list,
          std::move(expects),
          [at, check](Settings& s, const RawValue& raw) {
            const auto* values = std::get_if<std::vector<std::string>>(&raw);
            if (!values) return false;
            for (const std::string& value : *values)
              if (!isUtf8Line(value) || !check(value)) return false;
            at(s) = *values;
            return true;
          },
          [at](const Settings& s) { return quotedList(at(s)); }};
}

template <class At>
Key secretList(std::string_view section, std::string_view name, std::string expects, Check check, At at) {
  Key key = list(section, name, std::move(expects), check, at);
  key.show = [at](const Settings& s) {
    return at(s).empty() ? std::string("[]") : fmt::format("({} set)", at(s).size());
  };
  key.secret = true;
  return key;
}

template <class E, std::size_t N>
const Named<E>* findNamed(const std::array<Named<E>, N>& table, std::string_view name) {
  const auto it = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.name == name; });
  return it == table.end() ? nullptr : &*it;
}

template <class E, std::size_t N>
std::string nameOf(const std::array<Named<E>, N>& table, E value) {
  const auto it =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.value == value; });
  return std::string(it == table.end() ? "" : it->name);
}

template <class E, std::size_t N>
std::string namesOf(const std::array<Named<E>, N>& table) {
  std::string names;
  for (const auto& row : table) names.append(names.empty() ? "" : ", ").append(inQuotes(row.name));
  return names;
}

template <class E, std::size_t N, class At>
Key choice(std::string_view section, std::string_view name, const std::array<Named<E>, N>& table, At at) {
  return {section,
          name,
          Kind::text,
          "one of " + namesOf(table),
          [at, &table](Settings& s, const RawValue& raw) {
            const auto* text = std::get_if<std::string>(&raw);
            const Named<E>* row = text ? findNamed(table, *text) : nullptr;
            if (row) at(s) = row->value;
            return row != nullptr;
          },
          [at, &table](const Settings& s) { return inQuotes(nameOf(table, at(s))); }};
}

// In order of preference, at least one, none twice.
template <class E, std::size_t N, class At>
Key choices(std::string_view section, std::string_view name, const std::array<Named<E>, N>& table, At at) {
  return {section,
          name,
          Kind::list,
          "an array of one or more different ones of " + namesOf(table),
          [at, &table](Settings& s, const RawValue& raw) {
            const auto* names = std::get_if<std::vector<std::string>>(&raw);
            if (!names || names->empty()) return false;
            std::vector<E> values;
            for (const std::string& each : *names) {
              const Named<E>* row = findNamed(table, each);
              if (!row || std::find(values.begin(), values.end(), row->value) != values.end()) return false;
              values.push_back(row->value);
            }
            at(s) = std::move(values);
            return true;
          },
          [at, &table](const Settings& s) {
            std::vector<std::string> names;
            for (const E value : at(s)) names.push_back(nameOf(table, value));
            return quotedList(names);
          }};
}

}  // namespace tessera::config

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/core.h>

#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace tessera {

// What can fail returns Result<T>; functions that return it are marked [[nodiscard]].
template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// return fail(ErrorCode::notFound, "room {} does not exist", id);
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  return tl::unexpected(Error{code, fmt::format(text, std::forward<Args>(args)...)});
}

}  // namespace tessera

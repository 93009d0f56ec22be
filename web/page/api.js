// SPDX-License-Identifier: Apache-2.0

const kTokenKey = "tessera.token";

/** What the server answered instead of doing what was asked. */
export class ApiError extends Error {
  /**
   * @param {string} code as in PROTOCOL.md; "network": there was no answer
   * @param {string} text
   */
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

/** The HTTP API of this server, by the token of whoever runs it. The token is kept as long as the tab is open. */
export class Api {
  get token() {
    try {
      return sessionStorage.getItem(kTokenKey) ?? "";
    } catch {
      return "";
    }
  }

  set token(token) {
    try {
      if (token) sessionStorage.setItem(kTokenKey, token);
      else sessionStorage.removeItem(kTokenKey);
    } catch {
      // without storage it is asked for with each visit
    }
  }

  /**
   * @param {string} path below /v1
   * @returns {Promise<any>}
   */
  get(path) {
    return this.#request("GET", path);
  }

  /**
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  post(path, body) {
    return this.#request("POST", path, body);
  }

  /** @param {string} path */
  remove(path) {
    return this.#request("DELETE", path);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #request(method, path, body) {
    const { token } = this;
    const headers = {
      accept: "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { "content-type": "application/json" } : {}),
    };
    /** @type {Response} */
    let response;
    try {
      response = await fetch(`/v1${path}`, { method, headers, cache: "no-store", ...(body ? { body: JSON.stringify(body) } : {}) });
    } catch {
      throw new ApiError("network", "the server does not answer");
    }
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    const { code = "internal", text = `the server says ${response.status}` } = answer?.error ?? {};
    throw new ApiError(code, text);
  }
}

/** The people's side of the sandbox: JSON over HTTP, and a socket for what happens. */

/** A refusal by the sandbox; its message is a sentence. */
export class Refused extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export class Api {
  /** @param {string} person The id of whom the page acts for. */
  constructor(person) {
    this.person = person;
  }

  /** @param {string} path @returns {Promise<any>} */
  get(path) {
    return this.#send("GET", path);
  }

  /** @param {string} path @param {object} [body] @returns {Promise<any>} */
  post(path, body = {}) {
    return this.#send("POST", path, body);
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async #send(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (this.person) headers["X-Person"] = this.person;
    if (body) headers["Content-Type"] = "application/json";
    const response = await fetch(`/sandbox${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    let answer = null;
    try {
      answer = text ? JSON.parse(text) : null;
    } catch {
      throw new Refused(text.slice(0, 200) || response.statusText, response.status);
    }
    if (!response.ok) {
      throw new Refused(answer?.error ?? answer?.message ?? response.statusText, response.status);
    }
    return answer;
  }

  /**
   * Listen to what this person may see; connects again until `stop` is called.
   * @param {(name: string, data: any) => void} onevent
   * @param {(open: boolean) => void} onopen
   * @returns {() => void} stop
   */
  live(onevent, onopen) {
    let stopped = false;
    /** @type {WebSocket} */
    let socket;
    const connect = () => {
      socket = new WebSocket(`ws://${location.host}/sandbox/live?page=1&as=${this.person}`);
      socket.onopen = () => onopen(true);
      socket.onmessage = ({ data }) => {
        const { t, d } = JSON.parse(data);
        onevent(t, d);
      };
      socket.onclose = () => {
        if (stopped) return;
        onopen(false);
        setTimeout(connect, 1000);
      };
    };
    connect();
    return () => {
      stopped = true;
      socket.close();
    };
  }
}

/** @param {File} file @returns {Promise<{filename: string, content_type: string, data_base64: string}>} */
export function upload(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => {
      const data_base64 = String(reader.result).split(",")[1] ?? "";
      resolve({ filename: file.name, content_type: file.type || "application/octet-stream", data_base64 });
    };
    reader.readAsDataURL(file);
  });
}

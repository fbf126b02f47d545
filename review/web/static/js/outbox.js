// What was decided and not yet acknowledged. It is kept in localStorage before it is sent, goes out in
// order, and carries its key: sent twice it is written once, and a closed tab or a dead server loses nothing.

import { Refusal, post, recall, remember } from "/static/js/page.js";

const NAME = "outbox";
const WAITS = [250, 500, 1000, 2000, 4000];

export class Outbox {
  // onSent(entry, answer), onRefused(entry, refusal), onState({ waiting, online })
  constructor({ onSent, onRefused, onState }) {
    Object.assign(this, { onSent, onRefused, onState });
    this.entries = recall(NAME, []);
    this.failures = 0;
    this.sending = false;
    addEventListener("online", () => this.flush());
    addEventListener("storage", (event) => {
      // Another tab of this review sent something: do not send it again from here.
      if (event.key?.endsWith(`:${NAME}`) && !this.sending) this.entries = recall(NAME, []);
    });
    addEventListener("beforeunload", (event) => {
      if (this.entries.length && !this.kept) event.preventDefault();
    });
    this.kept = true;
  }

  put(path, body, tag = {}) {
    this.entries.push({ path, body, tag });
    this.save();
    this.flush();
  }

  save() {
    this.kept = remember(NAME, this.entries);
    this.onState({ waiting: this.entries.length, online: this.failures === 0 });
  }

  async flush() {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    while (this.entries.length) {
      const entry = this.entries[0];
      try {
        const answer = await this.send(entry);
        this.failures = 0;
        this.shift(entry);
        this.onSent(entry, answer);
      } catch (problem) {
        if (problem instanceof Refusal && problem.status < 500) {
          this.failures = 0;
          this.shift(entry);
          this.onRefused(entry, problem);
          continue;
        }
        this.failures += 1;
        this.timer = setTimeout(() => this.flush(), WAITS[Math.min(this.failures, WAITS.length) - 1]);
        break;
      }
    }
    this.sending = false;
    this.onState({ waiting: this.entries.length, online: this.failures === 0 });
  }

  shift(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this.save();
  }

  async send(entry) {
    try {
      return await post(entry.path, entry.body);
    } catch (problem) {
      if (!(problem instanceof Refusal && problem.code === "lease_expired")) throw problem;
      // The record went back to the queue meanwhile, and nobody else took it: hold it again.
      await post(`/api/records/${entry.body.record_id}/lease`, {});
      return post(entry.path, entry.body);
    }
  }
}

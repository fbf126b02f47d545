// What was decided and not yet acknowledged. It is kept in localStorage before it is sent, goes out in
// order, and carries its key: sent twice it is written once, and a closed tab or a dead server loses nothing.

import { Refusal, post, remember } from "/static/js/page.js";
import { inherit, own } from "/static/js/tabs.js";

const NAME = "outbox";
const MOST = 20; // entries in one request
const WAITS = [250, 500, 1000, 2000, 4000];

export class Outbox {
  // onSent(entry, answer), onRefused(entry, refusal), onState({ waiting, online });
  // send(path, body, entry) may add to what is posted; sendMany(entries), where there is one, sends several at
  // once (those that canJoin) and answers with a list: an answer, or a refusal of that entry only.
  constructor({ onSent, onRefused, onState, send = post, sendMany = null, canJoin = () => false }) {
    Object.assign(this, { onSent, onRefused, onState, post: send, sendMany, canJoin });
    this.entries = [];
    this.failures = 0;
    this.sending = false;
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => {
      if (this.entries.length && !this.kept) event.preventDefault();
    });
    this.kept = true;
  }

  // What windows that are closed by now could not send goes first.
  async begin() {
    for (const { list, drop } of await inherit(NAME)) {
      this.entries.unshift(...list);
      this.save();
      if (this.kept) drop();
    }
    await this.flush();
  }

  put(path, body, tag = {}) {
    this.entries.push({ path, body, tag });
    this.save();
    this.flush();
  }

  save() {
    this.kept = remember(own(NAME), this.entries);
    this.onState({ waiting: this.entries.length, online: this.failures === 0 });
  }

  async flush() {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    while (this.entries.length) {
      const many = this.leading();
      try {
        if (many.length > 1) await this.together(many);
        else await this.single(many[0]);
        this.failures = 0;
      } catch (problem) {
        if (problem instanceof Refusal && problem.status < 500) {
          this.failures = 0;
          if (many.length > 1) many[0].alone = true;
          else {
            this.shift(many[0]);
            this.onRefused(many[0], problem);
          }
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

  // The entries at the front that can go together, within the size of one request.
  leading() {
    const many = this.entries.slice(0, 1);
    let size = JSON.stringify(many).length;
    if (!this.sendMany || !this.canJoin(many[0]) || many[0].alone) return many;
    for (const entry of this.entries.slice(1, MOST)) {
      size += JSON.stringify(entry).length;
      if (!this.canJoin(entry) || entry.alone || size > 30_000) break;
      many.push(entry);
    }
    return many;
  }

  async together(many) {
    const results = await this.sendMany(many);
    many.forEach((entry, i) => {
      const result = results[i];
      if (result.error === "lease_expired") entry.alone = true; // goes once more, by itself
      else {
        this.shift(entry);
        if (result.error) this.onRefused(entry, new Refusal(result.status, result.error, result.message));
        else this.onSent(entry, result);
      }
    });
  }

  async single(entry) {
    const answer = await this.send(entry);
    this.shift(entry);
    this.onSent(entry, answer);
  }

  shift(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this.save();
  }

  async send(entry) {
    try {
      return await this.post(entry.path, entry.body, entry);
    } catch (problem) {
      if (!(problem instanceof Refusal && problem.code === "lease_expired")) throw problem;
      // The record went back to the queue meanwhile, and nobody else took it: hold it again.
      await post(entry.path.replace(/\/api\/\w+/, `/api/records/${entry.body.record_id}/lease`), {});
      return this.post(entry.path, entry.body, entry);
    }
  }
}

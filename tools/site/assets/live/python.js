/* The Python of a page, in a worker. To stop it is to end the worker; the next run starts another, which runs
   again what was run before. */
export class Python {
  #worker;
  #allowed = []; // libraries that the reader has agreed to load
  #run; // what is running: its listeners, and what ends it

  constructor(folder) {
    this.folder = folder;
  }

  get busy() {
    return this.#run !== undefined;
  }

  allow(library) {
    this.#allowed.push(library);
  }

  /* Run code below cells. Return what runner.py returns; or `stopped`, a sentence. */
  run(cells, code, listeners) {
    this.#worker ??= this.#start();
    return new Promise((resolve) => {
      this.#run = { ...listeners, resolve };
      this.#worker.postMessage({ cells, code, allowed: this.#allowed });
    });
  }

  #start() {
    const worker = new Worker(new URL("worker.js", this.folder));
    const ifCurrent = (act) => (event) => worker === this.#worker && act(event); // one that is ended may still speak
    worker.onmessage = ifCurrent(({ data }) => this.#hear(data));
    worker.onerror = ifCurrent((event) => {
      event.preventDefault();
      this.#end(`Python has stopped: ${event.message ?? "it could not be loaded"}. The next run starts it again.`);
    });
    return worker;
  }

  stop() {
    this.#end("Stopped. The next run starts Python again.");
  }

  #hear({ tell, print, result, failed }) {
    if (!this.#run) return;
    if (tell) this.#run.tell(tell);
    if (print) this.#run.print(print);
    if (failed) this.#end(failed);
    if (result) this.#finish(result);
  }

  #end(stopped) {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#finish({ stopped });
  }

  #finish(result) {
    const run = this.#run;
    this.#run = undefined;
    run?.resolve(result);
  }
}

/* Python itself. All files are the site's own, beside this one; their hashes stand in the lock file. */
importScripts("pyodide.js");

const HERE = new URL(".", self.location);
const MOST = 20_000; // characters that are shown of what a run prints
let waiting = "", printed = 0, sent = 0;
let started;

const tell = (line) => postMessage({ tell: line });

function send() {
  if (waiting) postMessage({ print: waiting });
  [waiting, sent] = ["", Date.now()];
}

/* What code prints goes to the page ten times a second at most: it must stay able to hear Stop. */
function print(text) {
  if (printed > MOST) return;
  printed += text.length;
  waiting += printed > MOST ? "… the rest is not shown.\n" : `${text}\n`;
  if (printed > MOST || Date.now() - sent > 100) send();
}

async function start() {
  tell("Starting Python; the first time this loads about 9 MB …");
  const [lock, runner, names] = await Promise.all([
    fetched("pyodide-lock.json", "json"),
    fetched("runner.py", "text"),
    fetched("files.json", "json"),
  ]);
  const python = await loadPyodide({ indexURL: HERE.href });
  python.setStdout({ batched: print }); // not above: what the file system says is no output of the code
  python.setStderr({ batched: print });
  tell("Loading NumPy …");
  await python.loadPackage("numpy", { messageCallback() {} });
  python.unpackArchive(await fetched(names.package, "arrayBuffer"), "zip", { extractDir: "/lib/python3.12/site-packages" });
  names.data.forEach((name) => addLater(python.FS, name));
  python.FS.writeFile("/home/pyodide/runner.py", runner);
  const offers = python.toPy(names.offers);
  return { python, lock, run: python.pyimport("runner").Runner(offers, tell) };
}

async function fetched(name, kind) {
  const answer = await fetch(new URL(name, HERE));
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
  return answer[kind]();
}

/* A table of the book is there by name, and fetched when it is read. */
function addLater(files, name) {
  const folder = "/lib/python3.12/site-packages/mirage/data";
  const [own, ...above] = name.split("/").reverse();
  const place = [folder, ...above.reverse()].join("/");
  files.mkdirTree(place);
  files.createLazyFile(place, own, new URL(`data/${name}`, HERE).href, true, false);
}

/* The bytes of a library and of what it needs, without what is there. */
function bytes({ python, lock }, name, seen = new Set()) {
  if (seen.has(name) || name in python.loadedPackages) return 0;
  seen.add(name);
  const { depends, bytes: own } = lock.packages[name];
  return depends.reduce((sum, each) => sum + bytes({ python, lock }, each, seen), own);
}

self.onmessage = async ({ data: { cells, code, allowed } }) => {
  try {
    const state = await (started ??= start());
    const { python, run } = state;
    for (const name of allowed.filter((each) => !(each in python.loadedPackages))) {
      tell(`Loading ${name} …`);
      await python.loadPackage(name, { messageCallback() {} });
    }
    printed = 0;
    const result = JSON.parse(run.run(python.toPy(cells), code));
    send();
    if (result.missing) result.bytes = bytes(state, result.missing);
    postMessage({ result });
  } catch (error) {
    send();
    postMessage({ failed: `Python could not go on: ${error.message ?? error}. The next run starts it again.` });
  }
};

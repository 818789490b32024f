// Verify one webhook with the official library for JavaScript: secret, headers and body (base64) as JSON on the input.
const { Webhook } = require("standardwebhooks");

const given = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const body = Buffer.from(given.body, "base64").toString("utf8");
try {
  new Webhook(given.secret).verify(body, given.headers);
  console.log("verified");
} catch (problem) {
  console.log(problem.name);
}

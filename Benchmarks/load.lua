-- Load for wrk: every connection asks for predictions and sends their labels, in turns.
--
--   wrk -t2 -c32 -d10s -s load.lua http://127.0.0.1:8080                        Headrace
--   TARGET=fastapi wrk -t2 -c32 -d10s -s load.lua http://127.0.0.1:8001         the FastAPI peer
--
-- TARGET       headrace (default) or fastapi: the paths
-- APPLICATION  Headrace's application, default flight-delays
-- RUN          makes ids unique over runs, default the time in seconds
-- LAG          how many predictions a thread is ahead of its labels, default 512. wrk has one script per thread, so a
--              label goes out on another connection than its prediction, and must not overtake it: a server may leave
--              single connections waiting for 80 ms when all of them arrive at once. What came too early is a 404 of
--              the peer's (Headrace lets it wait); the peer should show next to none.
-- CLOCK        claimed: every prediction and label carries the present as its time (a spec with `clock: claimed`
--              refuses an event without one)
-- NUMBERS      so many numbers x0, x1, … are asked about, in place of a flight
-- TOKEN        sent as `Authorization: Bearer`

local target = os.getenv("TARGET") or "headrace"
local application = os.getenv("APPLICATION") or "flight-delays"
local run = os.getenv("RUN") or tostring(os.time())
local lag = tonumber(os.getenv("LAG") or "512")
local claimed = os.getenv("CLOCK") == "claimed"
local numbers = tonumber(os.getenv("NUMBERS") or "0")
local token = os.getenv("TOKEN")
local paths = {
  headrace = {"/v1/applications/" .. application .. "/predictions", "/v1/applications/" .. application .. "/labels"},
  fastapi = {"/predict", "/label"},
}
local question_path, label_path = unpack(paths[target] or error("TARGET is headrace or fastapi"))

local carriers = {"UA", "B6", "EV", "DL", "AA", "MQ", "US", "9E", "WN", "VX"}
local origins = {"EWR", "JFK", "LGA"}
local dests = {"ATL", "ORD", "LAX", "BOS", "MCO", "CLT", "SFO", "FLL", "MIA", "DCA", "IAH", "SEA", "DEN", "SJU"}
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(arguments)
  asked, labelled, answered, refused = 0, 0, 0, 0
  trial = number == 0    -- wrk makes one request of the first thread to look at, and throws it away
  wrk.headers["Content-Type"] = "application/json"
  if token then wrk.headers["Authorization"] = "Bearer " .. token end
  math.randomseed(number + 1)
end

local function pick(list) return list[math.random(#list)] end

local function id(n) return run .. "-" .. number .. "-" .. n end

local function time() return claimed and os.date('!"time":"%Y-%m-%dT%H:%M:%SZ",') or "" end

local function numbers_question(name)
  local features = {}
  for index = 0, numbers - 1 do features[#features + 1] = string.format('"x%d":%.1f', index, math.random() * 10) end
  return wrk.format("POST", question_path, nil, string.format(
    '{"id":"%s",%s"features":{%s}}', name, time(), table.concat(features, ",")))
end

local function question(name)
  if numbers > 0 then return numbers_question(name) end
  return wrk.format("POST", question_path, nil, string.format(
    '{"id":"%s",%s"features":{"carrier":"%s","origin":"%s","dest":"%s","hour":"%d","weekday":"%d","distance":%d}}',
    name, time(), pick(carriers), pick(origins), pick(dests), math.random(5, 23), math.random(7),
    math.random(80, 4983)))
end

function request()
  if trial then
    trial = false
    return question("never-sent")
  end
  if asked - labelled < lag then
    asked = asked + 1
    return question(id(asked))
  end
  labelled = labelled + 1
  return wrk.format("POST", label_path, nil, string.format(
    '{"id":"%s",%s"label":%d.0}', id(labelled), time(), math.random(-40, 120)))
end

function response(status)
  if status >= 200 and status < 300 then answered = answered + 1 else refused = refused + 1 end
end

function done(summary, latency)
  local ok, bad, questions, labels = 0, 0, 0, 0
  for _, thread in ipairs(threads) do
    ok, bad = ok + thread:get("answered"), bad + thread:get("refused")
    questions, labels = questions + thread:get("asked"), labels + thread:get("labelled")
  end
  local errors = summary.errors
  io.write(string.format(
    '{"target":"%s","seconds":%.3f,"requests":%d,"requests_per_second":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,' ..
    '"max_ms":%.3f,"predictions":%d,"labels":%d,"answered_2xx":%d,"not_2xx":%d,"socket_errors":%d,"timeouts":%d}\n',
    target, summary.duration / 1e6, summary.requests, summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000, questions, labels, ok, bad,
    errors.connect + errors.read + errors.write, errors.timeout))
end

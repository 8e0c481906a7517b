## Functions, as they stand in sentences
function-label = labels
function-pickup = pickup points
function-tracking = tracking
function-orders = order exchange

calls-label = label requests
calls-pickup = pickup point searches
calls-tracking = tracking requests
calls-orders = order exchanges

Calls-label = Label requests
Calls-pickup = Pickup point searches
Calls-tracking = Tracking requests
Calls-orders = Order exchanges

## What is claimed
failing-dark = Since { $since } we observe that { $calls } to { $carrier } fail.
failing-slow = Since { $since } we observe that { $calls } to { $carrier } take much longer than usual or fail.
failing-slow-times = Since { $since } we observe that { $calls } to { $carrier } take much longer than usual: { $seen } instead of { $usual }.
failing-counts = { $failed } of { $all } failed in the last { $last ->
    [one] minute
   *[other] { $minutes } minutes
}.
ourselves-well = Our own service answers normally.
confirmed-carrier = Confirmed by { $carrier } { $at } ({ $source }).
confirmed-operator = Confirmed { $at } by a source that our operator cites ({ $source }).
unconfirmed = We know of no confirmation by the carrier.
signs = Signs of recovery: some { $calls } succeed again since { $since }. This may not last; there is nothing for you to redo.
signs-share = Signs of recovery: some { $calls } succeed again since { $since } ({ $share }% over { $minutes } min). This may not last; there is nothing for you to redo.
under-watch = Under watch: { $calls } have succeeded again since { $since }. We keep watching before we say that it is over.
relapsed = The return seen { $seen } did not hold: since { $since } { $calls } { $condition ->
    [slow] are slow or fail again
   *[dark] fail again
}.
restored-function = { $calls }: restored since { $since }.
restored = Restored since { $since }.
restored-work = Delayed labels: { $sent-shown } sent, { $need ->
    [one] { $need-shown } needs your answer.
   *[other] { $need-shown } need your answer.
}
fault-carrier = By what we measure, the trouble is at the carrier.
fault-ours = The trouble is on our side.
fault-our_path = The trouble is on our way out to the carrier.
not-known = We do not know when it will be over.
nothing-known = Nothing newer is known at present.
next-message = Next message by { $at }.
next-message-late = The message that was promised by { $at } is late.
remark = { $by } says: { $text }

## A whole message in a line
headline = { $carrier } – { $functions }: { $level }
headline-whole = { $carrier }: { $level }
level-observed = disruption observed
level-confirmed = disruption confirmed
level-signs = signs of recovery
level-under_watch = working again, under watch
level-relapsed = the return did not hold
level-restored = restored
level-none = state not known

## Times
at = at { $time }
when-other-day = { $time } on { $day }
at-other-day = at { $time } on { $day }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
day = { $day } { $month }

## status page
status-title = Service status
status-switch = Français
status-menu = Pages
status-now = Current status
status-history = History
status-subscribe = Get updates
status-report = Report a problem
status-as-of = As of { $time } (Paris)
status-good-until = If it is later than { $time }, reload the page: it is no longer current.
status-stale = How things are now is not known: last look: { $time }. Below is only what was said before.
status-nothing-yet = How things are is not known yet.
status-not-known = Not known
status-all-well = All functions work
status-minor = Some functions are degraded
status-major = Some functions do not work
status-critical = No function works
status-services-down = The carriers work; other services are affected
status-nothing-watched = No carrier is watched yet
status-operational = Works
status-degraded_performance = Degraded
status-partial_outage = Partly out
status-major_outage = Out
status-no-data = Not watched
status-stage-investigating = Looking into it
status-stage-identified = Origin known
status-stage-monitoring = Under watch
status-stage-resolved = Restored
status-open = Under way
status-began = Began: { $time }
status-ended = Ended: { $time }
status-lasted = { $time } in all
status-timeline = Timeline
status-works-now = What works now
status-since = since { $time }
status-way-round = Meanwhile:
status-evidence = What this stands on
status-last-hour = The last hour
status-latency = Time of an answer
status-errors = Failed calls
status-latency-alt = Typical time of an answer over the last hour: { $last } lately, { $worst } at its longest; usually { $usual }.
status-latency-alt-no-usual = Typical time of an answer over the last hour: { $last } lately, { $worst } at its longest.
status-latency-none = No answer was timed in the last hour.
status-errors-alt = { $failed } of { $calls } calls failed in the last hour.
status-errors-none = No call in the last hour.
status-usual = usual
status-hour-ago = one hour ago
status-to-now = now
status-days = Days with a trouble
status-days-ago = 90 days ago
status-today = today
status-days-well = 90 days: none of the { $watched } days that were watched had a trouble.
status-days-bad = 90 days: { $bad } of the { $watched } days that were watched had a trouble.
status-days-none = 90 days: not watched yet.
status-day-down = { $day }: { $status }, { $minutes } down
status-other-services = Other services
status-services-note = By the operator’s word: these are not measured here.
status-service = Service
status-state = State
status-instead = What you can do instead:
status-service-works = Works
status-service-down = Does not work
status-service-unknown = Not known
status-past = Past incidents
status-no-incidents = No incident was told of in the last 90 days.
status-feeds = Feeds and data
status-links = Official pages
status-who = Seen by
status-who-ourselves = our own calls and probes
status-who-carrier = the carrier, on its page
status-who-operator = an operator of ours, who cites a source
status-window = Window
status-window-of = from { $from } to { $to }
status-counts = Counted
status-counts-of = { $bad } of { $n } calls failed
status-method = Method
status-method-calls = real calls and test calls, counted
status-method-odds = odds of a relapse, and a test call of every function
status-method-source = a cited source
status-confidence = Confidence
status-expires = May be said until
status-source = Source
status-remark = Message from { $by }
status-words = What the words mean
status-word-observed = we see it ourselves; the carrier has not said it
status-word-confirmed = the carrier says it too, at a source that we cite
status-word-signs = some requests succeed again; this may not last
status-word-under_watch = it has been well for some minutes; too early to say restored
status-word-relapsed = a return that was seen did not hold
status-word-restored = the odds of a relapse are low, and real work has passed
status-level-observed = Observed
status-level-confirmed = Confirmed
status-level-signs = Signs of recovery
status-level-under_watch = Under watch
status-level-relapsed = Relapsed
status-level-restored = Restored
status-incident = Incident
status-back = All functions now
status-times = Times are those of Paris.
status-skip = To the content
status-old = If this page is more than ten minutes old, it is not current.
status-all-messages = All { $n } messages
status-story = { $carrier } – { $functions }

## notices
notice-more = How everything stands: { $url }
notice-end = To get no more of these messages: { $url }
## support desk
desk-hello = Hello,
desk-known = This is what we know { $at }:
desk-more = { $count ->
    [one] and one more shipment, which your account lists.
   *[other] and { $shown } more shipments, which your account lists.
}
desk-restored = The service has been restored since { $since }.
desk-your-request = For your request:
desk-reference = Reference of your request: { $reference }
desk-reply = Reply to this message if your question is another one: a person will read it.
desk-subject = Your request [{ $reference }]
desk-trouble = Since { $since } we observe failures or delays with { $carrier } ({ $functions }).
desk-trouble-ours = Since { $since } we observe failures or delays ({ $functions }).
desk-parcel = Parcel { $number }: { $state }
desk-parcel-of-order = Parcel { $number } (order { $order }): { $state }
desk-order = Order { $order }: { $state }
desk-shipment = Shipment { $shipment }: { $state }
desk-order-part = { $order }, parcel { $part }
desk-public = there has been a label since { $since }. To know more, track the parcel by this number.
desk-not-here = Parcel { $number }: this number is not known to us.
desk-mistyped = { $number }: this is not a parcel number, one character is wrong. Please check it on the label.
desk-ready = the label has been ready since { $since }.
desk-ready-local = a valid local label was printed { $at }.
desk-ready-local-unannounced = a valid local label was printed { $at }; the carrier is told of it once it answers.
desk-waiting = request received { $at } and kept; the label could not be asked for yet. There is nothing for you to redo.
desk-waiting-again = request received { $at } and kept; it was put to the carrier without success and will be put again. There is nothing for you to redo.
desk-unknown = request received { $at }, put to the carrier { $asked } without an answer. We are finding out whether the label was made; please do not ask for it again.
desk-question = an answer has been waited for since { $since }.
desk-question-link = an answer has been waited for since { $since }: { $link }
desk-rejected = the carrier refused the request { $at } (code { $code }). Please correct it and ask again.
desk-human = a person has been looking at it since { $since }.
desk-void = the shipment was cancelled { $at }.

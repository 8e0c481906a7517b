## Les fonctions, comme elles figurent dans les phrases
function-label = étiquettes
function-pickup = points de retrait
function-tracking = suivi
function-orders = échange des commandes

calls-label = demandes d’étiquette
calls-pickup = recherches de point de retrait
calls-tracking = demandes de suivi
calls-orders = échanges de commandes

Calls-label = Demandes d’étiquette
Calls-pickup = Recherches de point de retrait
Calls-tracking = Demandes de suivi
Calls-orders = Échanges de commandes

## Ce qui est affirmé
failing-dark = Depuis { $since }, nous constatons que les { $calls } vers { $carrier } échouent.
failing-slow = Depuis { $since }, nous constatons que les { $calls } vers { $carrier } prennent beaucoup plus de temps que d’habitude ou échouent.
failing-slow-times = Depuis { $since }, nous constatons que les { $calls } vers { $carrier } prennent beaucoup plus de temps que d’habitude : { $seen } au lieu de { $usual }.
failing-counts = { $bad ->
    [one] { $failed } sur { $all } a échoué au cours des { $minutes } dernières minutes.
   *[other] { $failed } sur { $all } ont échoué au cours des { $minutes } dernières minutes.
}
ourselves-well = Notre service répond normalement.
confirmed-carrier = Confirmé par { $carrier } { $at } ({ $source }).
confirmed-operator = Confirmé { $at } par une source que cite notre équipe ({ $source }).
unconfirmed = À notre connaissance, le transporteur n’a pas confirmé d’incident.
signs = Signes de retour : une partie des { $calls } aboutit de nouveau depuis { $since }. Ce retour peut ne pas durer ; vous n’avez rien à refaire.
signs-share = Signes de retour : une partie des { $calls } aboutit de nouveau depuis { $since } ({ $share } % sur { $minutes } min). Ce retour peut ne pas durer ; vous n’avez rien à refaire.
under-watch = Sous surveillance : les { $calls } aboutissent de nouveau depuis { $since }. Nous continuons d’observer avant d’annoncer la fin.
relapsed = Le retour constaté { $seen } n’a pas tenu : depuis { $since }, les { $calls } { $condition ->
    [slow] sont de nouveau lentes ou échouent
   *[dark] échouent de nouveau
}.
restored-function = { $calls } : rétabli depuis { $since }.
restored = Rétabli depuis { $since }.
restored-work = Étiquettes en attente : { $sent ->
    [one] { $sent-shown } émise
   *[other] { $sent-shown } émises
}, { $need ->
    [one] { $need-shown } attend votre réponse.
   *[other] { $need-shown } attendent votre réponse.
}
fault-carrier = D’après nos mesures, l’origine se trouve chez le transporteur.
fault-ours = L’origine se trouve chez nous.
fault-our_path = L’origine se trouve sur notre liaison vers le transporteur.
not-known = Nous ne connaissons pas l’heure de rétablissement.
nothing-known = Rien de plus récent n’est connu pour le moment.
next-message = Prochain message avant { $at }.
next-message-late = Le message annoncé avant { $at } a du retard.
remark = { $by } indique : { $text }

## Un message entier en une ligne
headline = { $carrier } – { $functions } : { $level }
headline-whole = { $carrier } : { $level }
level-observed = perturbation constatée
level-confirmed = perturbation confirmée
level-signs = signes de retour
level-under_watch = de nouveau en marche, sous surveillance
level-relapsed = le retour n’a pas tenu
level-restored = rétabli
level-none = état non connu

## Heures
at = à { $time }
when-other-day = le { $day } à { $time }
at-other-day = le { $day } à { $time }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
day = { $day } { $month }

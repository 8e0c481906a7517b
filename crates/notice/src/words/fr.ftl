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

## support desk
desk-hello = Bonjour,
desk-known = Voici ce que nous savons { $at } :
desk-more = { $count ->
    [one] et un autre envoi, que vous retrouvez dans votre espace.
   *[other] et { $shown } autres envois, que vous retrouvez dans votre espace.
}
desk-restored = Le service est rétabli depuis { $since }.
desk-your-request = Pour votre demande :
desk-reference = Référence de votre demande : { $reference }
desk-reply = Répondez à ce message si votre question est une autre : une personne la lira.
desk-subject = Votre demande [{ $reference }]
desk-trouble = Depuis { $since }, nous constatons des échecs ou des lenteurs vers { $carrier } ({ $functions }).
desk-trouble-ours = Depuis { $since }, nous constatons des échecs ou des lenteurs ({ $functions }).
desk-parcel = Colis { $number } : { $state }
desk-parcel-of-order = Colis { $number } (commande { $order }) : { $state }
desk-order = Commande { $order } : { $state }
desk-shipment = Envoi { $shipment } : { $state }
desk-order-part = { $order }, colis { $part }
desk-public = l’étiquette existe depuis { $since }. Pour en savoir plus, suivez le colis sous ce numéro.
desk-not-here = Colis { $number } : ce numéro ne nous est pas connu.
desk-mistyped = { $number } : ce n’est pas un numéro de colis, un caractère est faux. Vérifiez-le sur l’étiquette.
desk-ready = l’étiquette est prête depuis { $since }.
desk-ready-local = une étiquette locale valable a été imprimée { $at }.
desk-ready-local-unannounced = une étiquette locale valable a été imprimée { $at } ; le transporteur en sera informé dès qu’il répond.
desk-waiting = demande reçue { $at } et enregistrée ; l’étiquette n’a pas encore pu être demandée. Vous n’avez rien à refaire.
desk-waiting-again = demande reçue { $at } et enregistrée ; elle a été présentée au transporteur sans aboutir et le sera de nouveau. Vous n’avez rien à refaire.
desk-unknown = demande reçue { $at }, présentée au transporteur { $asked } sans réponse. Nous vérifions si l’étiquette a été créée ; ne la redemandez pas.
desk-question = une réponse est attendue depuis { $since }.
desk-question-link = une réponse est attendue depuis { $since } : { $link }
desk-rejected = le transporteur a refusé la demande { $at } (code { $code }). Corrigez-la et présentez-la de nouveau.
desk-human = une personne s’en occupe depuis { $since }.
desk-void = l’envoi a été annulé { $at }.

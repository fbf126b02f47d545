"""What authors write of the design of their study, by what it tells.

The phrases are those that reporting guidelines ask authors to write (CONSORT, STROBE, PRISMA, SPIRIT,
CARE, ARRIVE) and what authors write instead.
"""

from __future__ import annotations

# phrases of one or two words; both spellings and the plural are made by `_forms`
CUES: dict[str, str] = {
    "random_any": "random; randomly; randomised; randomisation; randomise; randomising",
    "random_other": (
        "random effect; random effects; random forest; randomly selected; random sample; random sampling; "
        "randomly chosen; mendelian randomisation; randomly sampled"
    ),
    "not_randomised": (
        "non randomised; nonrandomised; quasi randomised; not randomised; without randomisation; "
        "randomised studies; larger randomised; future randomised"
    ),
    "randomised_action": (
        "were randomised; was randomised; randomly assigned; randomly allocated; randomly divided; randomly "
        "received; were randomly; we randomised; randomised to; randomised into; randomised in; divided "
        "randomly; allocated randomly; assigned randomly; were divided; divided into; were assigned; "
        "assigned to; were allocated; allocated to; block randomisation; this randomised; random order; "
        "randomised order; randomly distributed; random allocation; random assignment; patients randomised; "
        "randomised patients; stratified randomisation"
    ),
    "randomised_trial": (
        "randomised controlled; randomised trial; randomised clinical; randomised study; rct; randomised "
        "double; randomised placebo; randomised open; randomised crossover; randomised cross; randomised "
        "phase; randomised pilot; randomised comparative; randomised multicentre; randomised multicenter; "
        "cluster randomised; randomised prospective; prospective randomised; randomised single; randomised "
        "comparison; randomised noninferiority; randomised non"
    ),
    "many_trials": (
        "controlled trials; rcts; randomised trials; clinical trials; included studies; eligible studies; "
        "studies were; trials were; studies met; observational studies; eligible trials"
    ),
    "blinded": (
        "double blind; double blinded; single blind; single blinded; triple blind; placebo controlled; "
        "double dummy; assessor blinded; blinded; observer blind; double masked"
    ),
    "control_group": (
        "control group; placebo group; intervention group; treatment group; experimental group; sham; two "
        "groups; three groups; four groups; control arm; either group; treatment arm; comparison group"
    ),
    "crossover": "crossover; cross over; washout; latin square",
    "intention": "intention to; per protocol; between group; intent to; group difference; non inferiority",
    "registered": (
        "clinicaltrials gov; trial registration; isrctn; eudract; umin; actrn; chictr; trial number"
    ),
    "phase": (
        "phase ii; phase iii; phase ib; phase iib; phase iiib; phase iv; phase 1b; phase 2b; phase 3b; "
        "phase iia; phase 2a; phase one; phase two; phase three"
    ),
    "single_arm": (
        "single arm; open label; dose escalation; uncontrolled; non comparative; noncomparative; single "
        "group; pre post; quasi experimental; non randomised; nonrandomised; pilot study; feasibility "
        "study; open trial; one arm; dose expansion; tolerated dose; dose finding; pilot trial; before "
        "after; quasi random"
    ),
    "treated": (
        "were enrolled; were recruited; eligible patients; patients received; participants received; "
        "volunteers; were treated; patients treated; received treatment; were given; enrolled patients"
    ),
    "retrospective": (
        "retrospective; retrospectively; chart review; medical records; medical record; case note; records "
        "were; case notes; hospital records; health records; charts; patient charts; record review"
    ),
    "database": (
        "claims; registry; registries; national database; administrative data; nationwide; population "
        "based; insurance; database study; healthcare database; cancer registry; administrative database"
    ),
    "real_world": (
        "real world; real life; routine care; routine practice; clinical practice; daily practice; everyday "
        "practice; observational; non interventional; noninterventional; post marketing; named patient; "
        "expanded access; early access; compassionate use; usual care; treatment patterns"
    ),
    "cohort": (
        "cohort; case control; cross sectional; longitudinal; prospective study; consecutive; prevalence; "
        "incidence; survey; questionnaire; multivariable; multivariate; propensity; risk factors; "
        "interviews; logistic regression; cox regression; hazard ratio; odds ratio; prospectively; risk "
        "factor"
    ),
    "systematic": (
        "systematic review; systematically reviewed; systematic search; systematic literature; scoping "
        "review; umbrella review; prisma; literature search; integrative review; rapid review; "
        "systematically searched; systematically review; evidence synthesis; evidence review"
    ),
    "searched": (
        "were searched; pubmed; medline; embase; cochrane; web of; scopus; cinahl; psycinfo; we searched; "
        "databases; electronic databases; cnki; google scholar; search strategy; was searched; searched for"
    ),
    "meta": "meta analysis; meta analyses; metaanalysis; meta analytic; meta regression; meta analysed",
    "pooling": (
        "pooled; random effects; fixed effect; fixed effects; heterogeneity; i2; forest plot; publication "
        "bias; egger; mean difference; smd; wmd; funnel plot; effect size; pooled estimate; indirect "
        "comparison"
    ),
    "appraisal": (
        "prospero; risk of; of bias; quality assessment; two reviewers; grade; newcastle ottawa; inclusion "
        "criteria; amstar; independently extracted; two authors; data extraction; reviewers independently"
    ),
    "protocol": (
        "protocol; study protocol; trial protocol; protocol for; rationale and; protocol of; protocol version"
    ),
    "will": "will be; will; will receive; will include; aims to; will assess; we will; this protocol",
    "dissemination": (
        "ethics and; and dissemination; dissemination; strengths and; and limitations; trial status; "
        "ethical approval; recruiting; ethics approval; ethics committee; recruitment is; peer reviewed"
    ),
    "review": (
        "review; overview; narrative review; this review; we review; we discuss; reviewed; recent advances; "
        "update; perspectives; this article; current knowledge; we summarise; literature review; article "
        "reviews; recent progress; are discussed; is discussed; summarises; review article; state of; "
        "reviews; we highlight; we outline; we describe; current status; comprehensive review; current "
        "understanding"
    ),
    "case": (
        "case report; case series; report a; we present; present a; case of; year old; a patient; case "
        "reports; the case; case study; rare case; two cases; month old; old man; old woman; old boy; old "
        "girl; three cases; old male; old female; old patient; report of; first case"
    ),
    "opinion": (
        "editorial; commentary; letter to; viewpoint; opinion; consensus; guideline; guidelines; "
        "recommendations; position statement; perspective; expert panel; expert consensus; we argue; "
        "delphi; position paper; reply; comment on; working group; task force; comment; letter; panel of; "
        "expert opinion"
    ),
    "rodent": (
        "mice; mouse; rat; rats; murine; rodent; rodents; sprague dawley; wistar; c57bl; balb; hamster; "
        "hamsters; guinea pig; guinea pigs; gerbil; mouse model; rat model; xenograft; nude mice; knockout "
        "mice; db db"
    ),
    "rodent_tissue": (
        "intraperitoneal; intraperitoneally; mg kg; kg day; hippocampal; knockout; sacrificed; oral gavage; "
        "intragastric; stz; streptozotocin; wild type; transgenic; littermates; lipopolysaccharide; lps; in "
        "vivo; null mice; deficient mice; gavage; euthanized; weeks old; male mice; male rats; male wistar"
    ),
    "animal": (
        "rabbit; rabbits; pig; pigs; porcine; dogs; canine; zebrafish; chickens; broilers; cows; cattle; "
        "sheep; monkeys; macaques; drosophila; larvae; horses; piglets; lambs; calves; birds; fish; yeast; "
        "bacteria; plants"
    ),
    "in_vitro": (
        "in vitro; cell line; cell lines; cells were; cultured cells; cell culture; apoptosis; western "
        "blot; pcr; sirna; overexpression; expression of; protein; cell proliferation; ex vivo; primary "
        "cells; cell viability"
    ),
    "humans": (
        "patients; participants; men; women; adults; children; subjects; individuals; volunteers; patient; "
        "people; students; persons; adolescents; infants; females; males; residents"
    ),
    "post_hoc": (
        "post hoc; secondary analysis; subgroup analysis; pooled analysis; subanalysis; sub analysis; sub "
        "study; ancillary study; extension study; exploratory analysis; integrated analysis; long term"
    ),
    "model": (
        "cost effectiveness; budget impact; markov model; cost utility; economic; simulation; algorithm; "
        "mathematical model; validation; machine learning; pharmacokinetic model; neural network; economic "
        "evaluation"
    ),
    "results": (
        "significantly; confidence interval; results showed; median; mean; ci; no significant; group had"
    ),
    "notice": "erratum; corrigendum; corrects the; correction to; retraction; this corrects; addendum",
    "mice": "mice; mouse; murine",
    "rats": "rat; rats; sprague dawley; wistar; zucker",
    "strain": (
        "sprague dawley; wistar; c57bl; c57; balb; swiss mice; albino; icr; nude mice; f344; long evans; db "
        "db; ob ob; apoe; zucker; sd rats; cd1; kunming; nod; scid; lewis rats"
    ),
    "handled": (
        "were injected; injected with; were fed; fed with; fed high; high fat; chow; were sacrificed; "
        "anesthetized; anaesthetized; were killed; intravenous injection; subcutaneously; tail vein; orally; "
        "by gavage; stereotaxic; induced in; body weight; induced rats; induced mice; treated mice; treated "
        "rats; diabetic rats; experimental groups; were randomly; received intraperitoneal"
    ),
    "disease_model": (
        "mouse models; rat model; mouse model; animal model; animal models; murine model; experimental "
        "model; in vivo; rodent model; disease model; vivo model"
    ),
    "human_tissue": (
        "human; patients with; from patients; healthy controls; clinical samples; tumor tissues; biopsies"
    ),
    "cells": (
        "cell; cells; fibroblasts; macrophages; neurons; hela; hek293; raw264; transfected; transfection; "
        "mrna; receptor; signaling; pathway; stem cells; osteoblasts"
    ),
    "other_animal": (
        "ferret; ferrets; goat; goats; chicken; chick; porcine; bovine; canine; feline; cats; equine; "
        "primates; monkey; marmoset; zebrafish; xenopus; drosophila; elegans; broiler; cow; calf; ewes; "
        "swine; nematodes; insects; mosquitoes; mosquito; frogs; bats"
    ),
    "trials_listed": (
        "registered trials; trials registered; registered on; trials were; of trials; landscape; number of; "
        "eligible trials"
    ),
    "quasi": (
        "quasi experimental; quasi experiment; non randomised; nonrandomised; quasi randomised; before and; "
        "pre and; pretest; pre test; posttest; post test; one group; case and"
    ),
    "rct_named": "rct; randomised controlled; randomised clinical; randomised trial",
    "secondary": (
        "secondary analysis; post hoc; secondary analyses; subanalysis; data from; from the; trial data; "
        "long term; follow up; extension"
    ),
    "compared": (
        "compared with; compared to; versus; vs; either; than in; than the; between the; group and; groups "
        "were"
    ),
    "placebo": "placebo; sham; control; controls; waitlist; wait list; usual care; attention control",
    "allocated": (
        "were randomised; was randomised; randomly assigned; randomly allocated; randomly divided; we "
        "randomised; randomised to; randomised into; allocated randomly; divided randomly; assigned "
        "randomly; randomised in; random allocation; random assignment; block randomisation; was randomly; "
        "participants randomised; subjects randomised; participants were; were allocated"
    ),
}
